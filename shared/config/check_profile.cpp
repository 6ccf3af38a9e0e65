// "profile": "fapi2" against the rest of the configuration (FAPI 2.0 Security Profile §5.3.3, §5.4). What only the
// provider's metadata can tell is asked in oauth/authorization_abilities.h.
#include <algorithm>

#include "config/client_keys.h"
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

// §5.3.2.1-6, §5.3.3.1-5.
bool is_allowed(ClientAuthMethod method) {
    return method == ClientAuthMethod::private_key_jwt || method == ClientAuthMethod::tls_client_auth ||
           method == ClientAuthMethod::self_signed_tls_client_auth;
}

bool is_strong(JwsAlgorithm algorithm) {  // §5.4.1
    using enum JwsAlgorithm;
    return algorithm == PS256 || algorithm == ES256 || algorithm == EdDSA;
}

void check_client_authentication(const ProviderConfig& provider, Findings& findings) {
    const ClientAuth& auth = provider.auth;
    if (!is_allowed(auth.method)) {
        findings.problem("provider.clientAuth.method",
                         "sends a shared secret, which the profile \"fapi2\" forbids; it asks for "
                         "\"private_key_jwt\", \"tls_client_auth\" or \"self_signed_tls_client_auth\"");
    }
    if (const auto weak = problem_of(auth.keys, Profile::fapi2)) findings.problem(weak->place, weak->message);
    if (auth.assertion_audience != AssertionAudience::issuer) {  // §5.3.3.1-5
        findings.problem("provider.clientAuth.assertionAudience",
                         "must be \"issuer\" with the profile \"fapi2\"; remove it");
    }
}

// §5.3.2.1-4, §5.3.3.1-1: what a thief of an access token lacks.
bool constrains_sender(const ProviderConfig& provider) {
    return provider.auth.presents_certificate() || provider.dpop != Dpop::never;
}

void check_sender_constraint(const ProviderConfig& provider, Findings& findings) {
    // Without a certificate "tls_client_auth" has a problem already.
    if (constrains_sender(provider) || provider.auth.method != ClientAuthMethod::private_key_jwt) return;
    findings.problem("provider.dpop",
                     "is \"never\"; the profile \"fapi2\" asks for sender-constrained access tokens, by DPoP "
                     "(RFC 9449) or by \"clientAuth.certificateFile\", a certificate they are bound to (RFC 8705)");
}

void check_algorithms(const std::vector<JwsAlgorithm>& algorithms, const char* setting, Findings& findings) {
    for (const JwsAlgorithm algorithm : algorithms) {
        if (is_strong(algorithm)) continue;
        findings.problem(setting,
                         "has \"" + std::string(name_of(algorithm)) +
                             "\", which the profile \"fapi2\" forbids; it allows \"PS256\", \"ES256\" and \"EdDSA\"");
    }
}

}  // namespace

std::optional<ConfigProblem> problem_of(const ClientKeys& keys, Profile profile) {
    if (profile != Profile::fapi2 || !keys.signing || is_strong(keys.signing->algorithm())) return std::nullopt;
    return ConfigProblem{"provider.clientAuth.algorithm",
                         "comes to \"" + keys.signing->algorithm_name() +
                             "\", which the profile \"fapi2\" forbids; it allows \"PS256\", \"ES256\" and "
                             "\"EdDSA\" (also as \"Ed25519\")"};
}

void check_profile(const Config& config, Findings& findings) {
    if (config.profile != Profile::fapi2) return;
    check_https(config, findings);
    check_client_authentication(config.provider, findings);
    check_sender_constraint(config.provider, findings);
    check_algorithms(config.provider.id_token_algorithms, "provider.idTokenAlgorithms", findings);
    check_algorithms(config.provider.userinfo_algorithms, "provider.userinfoAlgorithms", findings);
    if (config.provider.pushed_requests == PushedRequests::never) {  // §5.3.3.2-2
        findings.problem("provider.pushedAuthorizationRequests",
                         "is \"never\", but the profile \"fapi2\" always pushes; remove it");
    }
}

}  // namespace vestibule
