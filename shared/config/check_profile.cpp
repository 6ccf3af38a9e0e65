// "profile": "fapi2" against the rest of the configuration (FAPI 2.0 Security Profile §5.3.3, §5.4). What only the
// provider's metadata can tell is asked in oauth/authorization_abilities.h.
#include <algorithm>

#include "config/settings.h"

namespace vestibule {
namespace {

void check_https(const Config& config, Findings& findings) {
    // "shall only offer TLS protected endpoints" (§5.2.1), on this machine too.
    if (config.public_url.scheme == "http")
        findings.problem("publicUrl", "is plain http, which the profile \"fapi2\" forbids everywhere; use https");
    if (config.provider.issuer.starts_with("http://"))
        findings.problem("provider.issuer", "is plain http, which the profile \"fapi2\" forbids everywhere; use https");
    if (config.allow_plain_http)
        findings.problem("allowPlainHttp", "contradicts the profile \"fapi2\"; remove it, or the profile");
}

// §5.3.2.1-6, §5.3.3.1-5: private_key_jwt or mutual TLS; §5.3.2.1-4: sender-constrained access tokens.
void check_client_authentication(const ProviderConfig& provider, Findings& findings) {
    const ClientAuthMethod method = provider.auth.method;
    if (method != ClientAuthMethod::client_secret_basic && method != ClientAuthMethod::client_secret_post) return;
    findings.problem("provider.clientAuth.method",
                     "sends a shared secret, which the profile \"fapi2\" forbids; it asks for \"private_key_jwt\", "
                     "\"tls_client_auth\" or \"self_signed_tls_client_auth\"");
}

bool is_strong(JwsAlgorithm algorithm) {  // §5.4.1
    using enum JwsAlgorithm;
    return algorithm == PS256 || algorithm == ES256 || algorithm == EdDSA;
}

void check_algorithms(const ProviderConfig& provider, Findings& findings) {
    for (const JwsAlgorithm algorithm : provider.id_token_algorithms) {
        if (is_strong(algorithm)) continue;
        findings.problem("provider.idTokenAlgorithms",
                         "has \"" + std::string(name_of(algorithm)) +
                             "\", which the profile \"fapi2\" forbids; it allows \"PS256\", \"ES256\" and \"EdDSA\"");
    }
}

}  // namespace

void check_profile(const Config& config, Findings& findings) {
    if (config.profile != Profile::fapi2) return;
    check_https(config, findings);
    check_client_authentication(config.provider, findings);
    check_algorithms(config.provider, findings);
    if (config.provider.pushed_requests == PushedRequests::never) {  // §5.3.3.2-2
        findings.problem("provider.pushedAuthorizationRequests",
                         "is \"never\", but the profile \"fapi2\" always pushes; remove it");
    }
}

}  // namespace vestibule
