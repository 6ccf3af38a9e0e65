// The keys the provider signs with (JWK Set; OpenID Connect Core §10.1.1; checklist D08–D14).
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "crypto/jwk.h"
#include "provider/document_cache.h"

namespace vestibule {

// One published set. Never a union with an older one: a key that was withdrawn is gone with its set (D13).
struct KeySet {
    DocumentPointer document;
    std::vector<VerificationKey> keys;
};
using KeySetPointer = std::shared_ptr<const KeySet>;

// Thread-safe.
class KeySetCache {
public:
    explicit KeySetCache(const ProviderContext& context);

    Result<KeySetPointer> get(const std::string& jwks_uri, const Deadline& deadline);
    // After `seen` failed to verify something: the set as it is now, or `seen` itself where it was fetched moments ago
    // (D10–D12).
    Result<KeySetPointer> renew(const KeySetPointer& seen, const Deadline& deadline);

private:
    Result<KeySetPointer> parsed(const DocumentPointer& document);
    void report_private_keys(const Json& jwk_set);

    Log& log_;
    DocumentCache documents_;
    std::mutex mutex_;
    KeySetPointer last_;  // so that keys are not read again for every token
};

}  // namespace vestibule
