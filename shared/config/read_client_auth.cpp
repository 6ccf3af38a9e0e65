// "provider.clientAuth": how we prove to the provider who we are. What is named for another method than the chosen one
// is left alone, so that one word moves a client from one to the other.
#include "config/client_keys.h"
#include "config/secret_settings.h"
#include "config/settings.h"

namespace vestibule {
namespace {

// RFC 10017 §6.1.3.1 (checklist L01): a BFF is a confidential client.
const std::vector<Refusal> kOtherMethods = {
    {"none", "makes a public client of this; register a confidential one at the provider and use its secret"},
    {"client_secret_jwt", "signs with the shared secret itself; use \"private_key_jwt\""},
};

// RFC 8725 §3.2: what is signed with a key that both sides know proves little.
const std::vector<Refusal> kWeakAlgorithms = {
    {"none", "signs nothing; name an algorithm of the key, such as \"ES256\""},
    {"HS256", "is a shared-secret signature; use \"ES256\" or another algorithm of a key pair"},
};

const std::vector<Choice<std::string>>& algorithms() {
    static const std::vector<Choice<std::string>> names = [] {
        std::vector<Choice<std::string>> all{{"auto", ""}};
        for (const char* name :
             {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"})
            all.push_back({name, name});
        return all;
    }();
    return names;
}

}  // namespace

ClientAuthSettings read_client_auth(ObjectReader from) {
    static const std::vector<Choice<ClientAuthMethod>> kMethods = {
        {"client_secret_basic", ClientAuthMethod::client_secret_basic},
        {"client_secret_post", ClientAuthMethod::client_secret_post},
        {"private_key_jwt", ClientAuthMethod::private_key_jwt},
        {"tls_client_auth", ClientAuthMethod::tls_client_auth},
        {"self_signed_tls_client_auth", ClientAuthMethod::self_signed_tls_client_auth},
    };
    static const std::vector<Choice<AssertionAudience>> kAudiences = {
        {"issuer", AssertionAudience::issuer},
        {"token_endpoint", AssertionAudience::token_endpoint},
    };
    ClientAuthSettings settings;
    ClientAuth& auth = settings.auth;
    from.choice("method", auth.method, kMethods, kOtherMethods);
    from.text("secretFile", settings.secret_file);
    from.text("keysFile", auth.keys_file);
    from.text("keyId", auth.key_id);
    from.choice("algorithm", auth.algorithm, algorithms(), kWeakAlgorithms);
    from.choice("assertionAudience", auth.assertion_audience, kAudiences);
    from.flag("assertionType", auth.assertion_type);
    from.text("certificateFile", auth.certificate_file);
    from.text("keyFile", auth.key_file);
    from.refuse("secret",
                "does not belong into this file; put it into a file of its own that only this program can "
                "read, and name that as \"secretFile\" (or set BFF_CLIENT_SECRET)");
    from.refuse_others();
    return settings;
}

void read_client_credentials(const std::string& secret_file, ProviderConfig& provider, const ConfigSources& sources,
                             Findings& findings) {
    ClientAuth& auth = provider.auth;
    const auto issuer = parse_url(provider.issuer);
    const bool secret =
        auth.method == ClientAuthMethod::client_secret_basic || auth.method == ClientAuthMethod::client_secret_post;
    if (secret) auth.secret = read_client_secret(secret_file, issuer, sources, findings);
    auto keys = read_client_keys(auth, sources);
    if (keys) auth.keys = std::move(*keys);
    if (!keys) {
        for (const ConfigProblem& problem : keys.error()) findings.problem(problem.place, problem.message);
    }
    if (auth.presents_certificate() && issuer && issuer->scheme == "http") {
        findings.problem("provider.clientAuth.certificateFile",
                         "can only be presented over TLS, but \"issuer\" is plain http; use https, or remove it");
    }
}

}  // namespace vestibule
