#include "oauth/provider_metadata.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/shared/oauth/json_vectors.h"
#include "tests/support/text.h"

using namespace vestibule;

namespace {

Config config() {
    Config config;
    config.provider.issuer = "https://id.example";
    config.provider.client_id = "spa";
    return config;
}

Json good_document() {
    return Json::object({{"issuer", "https://id.example"},
                         {"authorization_endpoint", "https://id.example/authorize"},
                         {"token_endpoint", "https://id.example/token"},
                         {"jwks_uri", "https://id.example/keys"}});
}

Json document_with(const char* name, Json value) {
    Json document = good_document();
    document.set(name, std::move(value));
    return document;
}

}  // namespace

Test(provider_metadata, D03_the_well_known_path_is_appended_after_a_final_slash_is_removed) {
    cr_expect(eq(str, discovery_url("https://h"), text("https://h/.well-known/openid-configuration")));
    cr_expect(eq(str, discovery_url("https://h/"), text("https://h/.well-known/openid-configuration")));
    cr_expect(eq(str, discovery_url("https://h/t1"), text("https://h/t1/.well-known/openid-configuration")));
    cr_expect(eq(str, discovery_url("https://h/t1/"), text("https://h/t1/.well-known/openid-configuration")));
}

Test(provider_metadata, everything_we_use_is_read) {
    Json document = document_with("userinfo_endpoint", "https://id.example/userinfo");
    document.set("revocation_endpoint", "https://id.example/revoke");
    document.set("end_session_endpoint", "https://id.example/end");
    document.set("authorization_response_iss_parameter_supported", true);
    const auto metadata = parse_provider_metadata(document, config());
    cr_assert(metadata.has_value());
    cr_expect(eq(str, text(metadata->token_endpoint), text("https://id.example/token")));
    cr_expect(metadata->userinfo_endpoint == "https://id.example/userinfo");
    cr_expect(metadata->revocation_endpoint == "https://id.example/revoke");
    cr_expect(metadata->end_session_endpoint == "https://id.example/end");
    cr_expect(metadata->iss_parameter_supported);
}

Test(provider_metadata, D02_D05_D15_every_bad_document_is_refused) {
    for (const JsonVector& vector : json_vectors("metadata_rejected.json", good_document(), 25)) {
        const auto metadata = parse_provider_metadata(vector.object, config());
        cr_expect(not(metadata.has_value()), "accepted: %s", vector.name.c_str());
        if (metadata) continue;
        cr_expect(metadata.error().code == ErrorCode::provider_unavailable, "%s", vector.name.c_str());
        cr_expect(metadata.error().detail.find("attacker") == std::string::npos, "%s", vector.name.c_str());
    }
}

Test(provider_metadata, every_good_document_is_accepted) {
    for (const JsonVector& vector : json_vectors("metadata_accepted.json", good_document(), 5)) {
        const auto metadata = parse_provider_metadata(vector.object, config());
        cr_expect(metadata.has_value(), "refused: %s: %s", vector.name.c_str(),
                  metadata ? "" : metadata.error().detail.c_str());
    }
}

Test(provider_metadata, D15_the_reason_names_the_member_and_the_remedy) {
    const auto metadata =
        parse_provider_metadata(document_with("code_challenge_methods_supported", Json::array({"plain"})), config());
    cr_assert(not(metadata.has_value()));
    cr_expect(metadata.error().detail.find("code_challenge_methods_supported") != std::string::npos);
    cr_expect(metadata.error().detail.find("Enable PKCE") != std::string::npos);
}

Test(provider_metadata, D05_plain_http_beyond_loopback_needs_the_configuration_to_say_so) {
    const Json document = document_with("token_endpoint", "http://id.internal/token");
    cr_expect(not(parse_provider_metadata(document, config()).has_value()));
    Config permissive = config();
    permissive.allow_plain_http = true;
    cr_expect(parse_provider_metadata(document, permissive).has_value());
    cr_expect(not(
        parse_provider_metadata(document_with("token_endpoint", "ftp://id.internal/token"), permissive).has_value()));
}

Test(provider_metadata, D15_client_secret_post_must_be_announced_for_basic_is_the_default) {
    Config post = config();
    post.provider.auth.method = ClientAuthMethod::client_secret_post;
    cr_expect(not(parse_provider_metadata(good_document(), post).has_value()));
    const Json announced = document_with("token_endpoint_auth_methods_supported", Json::array({"client_secret_post"}));
    cr_expect(parse_provider_metadata(announced, post).has_value());
    cr_expect(not(parse_provider_metadata(announced, config()).has_value()));
}

Test(provider_metadata, D15_one_of_our_algorithms_is_enough) {
    Config two = config();
    two.provider.id_token_algorithms = {JwsAlgorithm::ES256, JwsAlgorithm::RS256};
    const Json document = document_with("id_token_signing_alg_values_supported", Json::array({"RS256"}));
    cr_expect(parse_provider_metadata(document, two).has_value());
    two.provider.id_token_algorithms = {JwsAlgorithm::ES256};
    cr_expect(not(parse_provider_metadata(document, two).has_value()));
}

Test(provider_metadata, D15_ed25519_announced_by_the_name_of_rfc_9864_is_EdDSA) {
    Config edwards = config();
    edwards.provider.id_token_algorithms = {JwsAlgorithm::EdDSA};
    for (const char* name : {"EdDSA", "Ed25519"}) {
        const Json document = document_with("id_token_signing_alg_values_supported", Json::array({"RS256", name}));
        cr_expect(parse_provider_metadata(document, edwards).has_value(), "%s", name);
    }
    const Json other = document_with("id_token_signing_alg_values_supported", Json::array({"Ed448"}));
    cr_expect(not(parse_provider_metadata(other, edwards).has_value()));
}

Test(provider_metadata, I40_the_algorithm_of_userinfo_is_checked_where_one_is_configured) {
    Config signs = config();
    const Json document = document_with("userinfo_signing_alg_values_supported", Json::array({"RS256"}));
    cr_expect(parse_provider_metadata(document, signs).has_value());
    signs.provider.userinfo_algorithms = {JwsAlgorithm::PS256};
    const auto metadata = parse_provider_metadata(document, signs);
    cr_assert(not(metadata.has_value()));
    cr_expect(metadata.error().detail.find("userinfoAlgorithms") != std::string::npos);
    cr_expect(parse_provider_metadata(good_document(), signs).has_value(), "silence rules nothing out");
    signs.provider.userinfo_algorithms = {JwsAlgorithm::RS256, JwsAlgorithm::PS256};
    cr_expect(parse_provider_metadata(document, signs).has_value());
}

Test(provider_metadata, D15_a_provider_that_insists_on_what_is_not_in_this_build_is_named_as_such) {
    const std::tuple<const char*, Json, const char*> table[] = {
        {"require_signed_request_object", Json(true), "JAR"},
        {"response_modes_supported", Json::array({"query.jwt", "jwt"}), "JARM"},
    };
    for (const auto& [member, value, name] : table) {
        const auto metadata = parse_provider_metadata(document_with(member, value), config());
        cr_assert(not(metadata.has_value()), "%s", member);
        const std::string& told = metadata.error().detail;
        for (const char* word : {member, name, "not in this build", "at the provider"})
            cr_expect(told.find(word) != std::string::npos, "%s: %s", word, told.c_str());
    }
}

Test(provider_metadata, L34_pushing_needs_an_endpoint) {
    Config always = config();
    always.provider.pushed_requests = PushedRequests::always;
    const std::string member = "pushed_authorization_request_endpoint";
    for (const Json& document : {document_with(member.c_str(), nullptr), good_document()}) {
        const auto metadata = parse_provider_metadata(document, always);
        cr_assert(not(metadata.has_value()));
        cr_expect(metadata.error().detail.find(member + " is missing") != std::string::npos);
    }
    const auto required =
        parse_provider_metadata(document_with("require_pushed_authorization_requests", true), config());
    cr_assert(not(required.has_value()));
    cr_expect(required.error().detail.find(member + " is missing") != std::string::npos);
}

Test(provider_metadata, D16_an_alias_that_is_null_is_none) {
    Config certified = config();
    certified.provider.auth.method = ClientAuthMethod::tls_client_auth;
    certified.provider.auth.certificate_file = "/etc/vestibule/client.pem";
    certified.provider.pushed_requests = PushedRequests::always;
    Json document = document_with("pushed_authorization_request_endpoint", "https://id.example/par");
    document.set("token_endpoint_auth_methods_supported", Json::array({"tls_client_auth"}));
    document.set("mtls_endpoint_aliases",
                 Json::object({{"pushed_authorization_request_endpoint", nullptr}, {"token_endpoint", nullptr}}));
    const auto metadata = parse_provider_metadata(document, certified);
    cr_assert(metadata.has_value());
    cr_expect(metadata->pushed_authorization_request_endpoint == "https://id.example/par");
    cr_expect(eq(str, text(metadata->token_endpoint), text("https://id.example/token")));
}

Test(provider_metadata, D16_L34_requests_may_be_pushed_to_an_alias_alone) {
    Config certified = config();
    certified.provider.auth.method = ClientAuthMethod::tls_client_auth;
    certified.provider.auth.certificate_file = "/etc/vestibule/client.pem";
    certified.provider.pushed_requests = PushedRequests::always;
    Json document = document_with("token_endpoint_auth_methods_supported", Json::array({"tls_client_auth"}));
    document.set("mtls_endpoint_aliases",
                 Json::object({{"pushed_authorization_request_endpoint", "https://mtls.id.example/par"}}));
    const auto metadata = parse_provider_metadata(document, certified);
    cr_assert(metadata.has_value());
    cr_expect(metadata->pushed_authorization_request_endpoint == "https://mtls.id.example/par");
}
