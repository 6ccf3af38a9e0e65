#include "provider/key_set_cache.h"

#include <algorithm>

namespace vestibule {
namespace {

constexpr std::size_t kLargestKeySet = 512 * 1024;

Result<void> check_key_set(const Json& document) {
    auto keys = verification_keys(document);
    if (!keys) return failure(std::move(keys.error()));
    return {};
}

// `d` of RSA, EC and OKP keys, `k` of symmetric ones (RFC 7518 §6).
bool is_private(const Json& jwk) { return jwk.find("d") != nullptr || jwk.find("k") != nullptr; }

}  // namespace

KeySetCache::KeySetCache(const ProviderContext& context)
    : log_(context.log),
      documents_({"provider/keys", "provider.keys_fetched", kLargestKeySet, check_key_set}, context) {}

Result<KeySetPointer> KeySetCache::get(const std::string& jwks_uri, const Deadline& deadline) {
    const auto document = documents_.get(jwks_uri, deadline);
    if (!document) return failure(document.error());
    return parsed(*document);
}

Result<KeySetPointer> KeySetCache::renew(const KeySetPointer& seen, const Deadline& deadline) {
    const auto document = documents_.renew(seen->document, deadline);
    if (!document) return failure(document.error());
    return *document == seen->document ? Result<KeySetPointer>(seen) : parsed(*document);
}

Result<KeySetPointer> KeySetCache::parsed(const DocumentPointer& document) {
    const std::lock_guard lock(mutex_);
    if (last_ && last_->document == document) return last_;
    auto keys = verification_keys(document->content);
    if (!keys) return failure(std::move(keys.error()));
    report_private_keys(document->content);
    last_ = std::make_shared<const KeySet>(KeySet{document, std::move(*keys)});
    return last_;
}

// They are never used (crypto/jwk.h); whoever runs the provider should hear of it (checklist D14).
void KeySetCache::report_private_keys(const Json& jwk_set) {
    const Json* keys = jwk_set.find("keys");
    if (keys == nullptr || !keys->is_array()) return;
    const auto count = std::count_if(keys->as_array().begin(), keys->as_array().end(), is_private);
    if (count > 0) log_.error("provider.publishes_private_keys", {{"count", std::int64_t{count}}});
}

}  // namespace vestibule
