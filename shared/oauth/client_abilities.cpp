#include "oauth/client_abilities.h"

#include <algorithm>

namespace vestibule {
namespace {

tl::unexpected<Error> unusable(std::string detail) {
    return failure(ErrorCode::provider_unavailable, "provider metadata: " + std::move(detail));
}

bool holds(const Json& list, std::string_view word) {
    if (!list.is_array()) return false;
    const auto& items = list.as_array();
    return std::any_of(items.begin(), items.end(),
                       [word](const Json& item) { return item.is_string() && item.as_string() == word; });
}

// "If omitted, the default is client_secret_basic" (Discovery §3, RFC 8414 §2).
bool takes_method(const Json& document, ClientAuthMethod method) {
    const Json* announced = document.find("token_endpoint_auth_methods_supported");
    if (announced == nullptr) return method == ClientAuthMethod::client_secret_basic;
    return holds(*announced, name_of(method));
}

// "The value none MUST NOT be used" (RFC 8414 §2): no key of ours signs with it. Silence says nothing.
bool takes_algorithm(const Json& document, const PrivateSigningKey& key) {
    const Json* announced = document.find("token_endpoint_auth_signing_alg_values_supported");
    return announced == nullptr || holds(*announced, key.algorithm_name());
}

}  // namespace

Result<void> check_client_abilities(const Json& document, const ProviderConfig& config) {
    const ClientAuth& auth = config.auth;
    if (!takes_method(document, auth.method)) {
        return unusable("token_endpoint_auth_methods_supported lacks " + std::string(name_of(auth.method)) +
                        ". Choose another \"clientAuth.method\".");
    }
    const bool signs = auth.method == ClientAuthMethod::private_key_jwt && auth.keys.signing;
    if (signs && !takes_algorithm(document, *auth.keys.signing)) {
        return unusable("token_endpoint_auth_signing_alg_values_supported lacks " +
                        auth.keys.signing->algorithm_name() +
                        ". Let another key sign, or set \"clientAuth.algorithm\" to one it has.");
    }
    return {};
}

}  // namespace vestibule
