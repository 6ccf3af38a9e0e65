#include "oauth/client_abilities.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "oauth/provider_metadata.h"
#include "tests/support/text.h"

using namespace vestibule;

namespace {

ProviderConfig client(ClientAuthMethod method, const char* algorithm = nullptr) {
    ProviderConfig config;
    config.auth.method = method;
    if (algorithm != nullptr) config.auth.keys.signing = PrivateSigningKey::generate(algorithm).value();
    return config;
}

Json announcing(std::initializer_list<Json> methods, std::initializer_list<Json> algorithms) {
    return Json::object({{"token_endpoint_auth_methods_supported", Json::array(methods)},
                         {"token_endpoint_auth_signing_alg_values_supported", Json::array(algorithms)}});
}

std::string problem(const Json& document, const ProviderConfig& config) {
    const auto able = check_client_abilities(document, config);
    return able ? "" : able.error().detail;
}

bool names(const std::string& problem, std::string_view part) { return problem.find(part) != problem.npos; }

}  // namespace

Test(client_abilities, D15_the_method_must_be_announced) {
    const Json document = announcing({"private_key_jwt", "tls_client_auth"}, {"ES256"});
    cr_expect(eq(str, problem(document, client(ClientAuthMethod::private_key_jwt, "ES256")), text("")));
    cr_expect(eq(str, problem(document, client(ClientAuthMethod::tls_client_auth)), text("")));
    for (const auto method : {ClientAuthMethod::client_secret_basic, ClientAuthMethod::client_secret_post,
                              ClientAuthMethod::self_signed_tls_client_auth}) {
        const std::string why = problem(document, client(method));
        cr_expect(names(why, name_of(method)) && names(why, "clientAuth.method"), "%s", why.c_str());
    }
}

Test(client_abilities, D15_silence_means_basic_and_nothing_else) {
    const Json silent = Json::object();
    cr_expect(eq(str, problem(silent, client(ClientAuthMethod::client_secret_basic)), text("")));
    cr_expect(names(problem(silent, client(ClientAuthMethod::private_key_jwt, "ES256")), "private_key_jwt"));
}

Test(client_abilities, D15_A08_the_algorithm_must_be_announced_under_the_name_it_is_sent_by) {
    const Json document = announcing({"private_key_jwt"}, {"PS256", "Ed25519"});
    cr_expect(eq(str, problem(document, client(ClientAuthMethod::private_key_jwt, "Ed25519")), text("")));
    for (const char* algorithm : {"ES256", "EdDSA"}) {
        const std::string why = problem(document, client(ClientAuthMethod::private_key_jwt, algorithm));
        cr_expect(names(why, algorithm) && names(why, "clientAuth.algorithm"), "%s", why.c_str());
    }
}

Test(client_abilities, D16_aliases_take_the_place_of_endpoints_when_a_certificate_is_presented) {
    const Json document = Json::parse(R"({"issuer": "https://id.example",
        "authorization_endpoint": "https://id.example/a", "token_endpoint": "https://id.example/t",
        "jwks_uri": "https://id.example/k", "userinfo_endpoint": "https://id.example/u",
        "revocation_endpoint": "https://id.example/r", "end_session_endpoint": "https://id.example/e",
        "pushed_authorization_request_endpoint": "https://id.example/p",
        "mtls_endpoint_aliases": {"token_endpoint": "https://mtls.example/t", "userinfo_endpoint":
            "https://mtls.example/u", "pushed_authorization_request_endpoint": "https://mtls.example/p",
            "authorization_endpoint": "https://mtls.example/a", "end_session_endpoint": "https://mtls.example/e"}})")
                              .value();
    Config config;
    config.provider.issuer = "https://id.example";
    const auto without = parse_provider_metadata(document, config).value();
    cr_expect(eq(str, text(without.token_endpoint), text("https://id.example/t")));
    config.provider.auth.certificate_file = "/etc/vestibule/client.pem";
    const auto with = parse_provider_metadata(document, config).value();
    cr_expect(eq(str, text(with.token_endpoint), text("https://mtls.example/t")));
    cr_expect(eq(str, text(*with.userinfo_endpoint), text("https://mtls.example/u")));
    cr_expect(eq(str, text(*with.pushed_authorization_request_endpoint), text("https://mtls.example/p")));
    cr_expect(eq(str, text(*with.revocation_endpoint), text("https://id.example/r")), "there is no alias");
    cr_expect(eq(str, text(with.authorization_endpoint), text("https://id.example/a")), "browsers go there");
    cr_expect(eq(str, text(*with.end_session_endpoint), text("https://id.example/e")), "browsers go there");
}

Test(client_abilities, D16_an_alias_over_plain_http_is_refused) {
    const Json document = Json::parse(R"({"issuer": "https://id.example",
        "authorization_endpoint": "https://id.example/a", "token_endpoint": "https://id.example/t",
        "jwks_uri": "https://id.example/k", "mtls_endpoint_aliases": {"token_endpoint": "http://mtls.example/t"}})")
                              .value();
    Config config;
    config.provider.issuer = "https://id.example";
    config.provider.auth.certificate_file = "/etc/vestibule/client.pem";
    cr_expect(not(parse_provider_metadata(document, config).has_value()));
}
