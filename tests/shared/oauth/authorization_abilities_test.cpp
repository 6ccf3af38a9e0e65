#include "oauth/authorization_abilities.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/text.h"

using namespace vestibule;

namespace {

Json document() {
    return Json::object({{"pushed_authorization_request_endpoint", "https://id.example/par"},
                         {"authorization_response_iss_parameter_supported", true},
                         {"code_challenge_methods_supported", Json::array({"S256"})},
                         {"tls_client_certificate_bound_access_tokens", true}});
}

Json with(const char* name, Json value) {
    Json changed = document();
    changed.set(name, std::move(value));
    return changed;
}

std::string problem(const Json& metadata, const Config& config) {
    const auto able = check_authorization_abilities(metadata, config);
    if (able) return "";
    cr_expect(able.error().code == ErrorCode::provider_unavailable);
    return able.error().detail;
}

bool names(const std::string& text, const char* word) { return text.find(word) != std::string::npos; }

}  // namespace

Test(authorization_abilities, a_provider_that_says_little_is_taken_at_its_word) {
    cr_expect(eq(str, problem(Json::object(), Config{}), text("")));
    cr_expect(eq(str, problem(document(), Config{}), text("")));
}

Test(authorization_abilities, a_provider_that_insists_on_request_objects_is_named_as_such) {
    const std::string told = problem(with("require_signed_request_object", true), Config{});
    cr_expect(names(told, "require_signed_request_object"));
    cr_expect(names(told, "JAR"));
    cr_expect(eq(str, problem(with("require_signed_request_object", false), Config{}), text("")));
}

Test(authorization_abilities, L34_pushing_follows_the_setting_then_the_provider) {
    Config config;
    const Json required = with("require_pushed_authorization_requests", true);
    cr_expect(not(pushes_requests(document(), config)));
    cr_expect(pushes_requests(required, config));
    config.provider.pushed_requests = PushedRequests::always;
    cr_expect(pushes_requests(document(), config));
    config.provider.pushed_requests = PushedRequests::never;
    cr_expect(not(pushes_requests(required, config)));
    cr_expect(names(problem(required, config), "\"pushedAuthorizationRequests\""));
    config.profile = Profile::fapi2;
    cr_expect(pushes_requests(document(), config));
}

Test(authorization_abilities, an_announced_list_of_response_modes_is_held_against_the_setting) {
    Config post;
    post.provider.response_mode = ResponseMode::form_post;
    cr_expect(eq(str, problem(document(), post), text("")));
    const Json query_only = with("response_modes_supported", Json::array({"query", "fragment"}));
    cr_expect(names(problem(query_only, post), "\"responseMode\""));
    cr_expect(eq(str, problem(query_only, Config{}), text("")));
    const Json post_only = with("response_modes_supported", Json::array({"form_post"}));
    cr_expect(names(problem(post_only, Config{}), "\"responseMode\""));
    cr_expect(eq(str, problem(post_only, post), text("")));
}

Test(authorization_abilities, the_profile_needs_iss_s256_and_sender_constrained_tokens) {
    Config config;
    config.profile = Profile::fapi2;
    config.provider.auth.certificate_file = "/etc/client.pem";
    cr_expect(eq(str, problem(document(), config), text("")));
    const std::vector<std::pair<const char*, const char*>> needed{
        {"authorization_response_iss_parameter_supported", "fapi2"},
        {"tls_client_certificate_bound_access_tokens", "dpop_signing_alg_values_supported"}};
    for (const auto& [member, word] : needed) {
        const std::string told = problem(with(member, nullptr), config);
        cr_expect(names(told, member) && names(told, word), "%s: %s", member, told.c_str());
    }
    Json without = Json::object();
    const Json whole = document();
    for (const auto& [name, value] : whole.as_object()) {
        if (name != "code_challenge_methods_supported") without.set(name, value);
    }
    cr_expect(names(problem(without, config), "S256"));
}

Test(authorization_abilities, D15_the_profile_takes_dpop_where_no_certificate_binds_the_tokens) {
    Config config;
    config.profile = Profile::fapi2;
    Json dpop = with("tls_client_certificate_bound_access_tokens", nullptr);
    dpop.set("dpop_signing_alg_values_supported", Json::array({"PS256", "ES256"}));
    cr_expect(eq(str, problem(dpop, config), text("")));
    cr_expect(uses_dpop(dpop, config));
    config.provider.auth.certificate_file = "/etc/client.pem";
    cr_expect(not(uses_dpop(document(), config)), "the certificate does it");
    cr_expect(uses_dpop(dpop, config), "the provider binds no tokens to it");
    config.provider.dpop = Dpop::never;
    cr_expect(names(problem(dpop, config), "sender-constrained"));
    config.provider.dpop = Dpop::when_required;
    dpop.set("dpop_signing_alg_values_supported", Json::array({"PS256"}));
    cr_expect(names(problem(dpop, config), "sender-constrained"));
}

Test(authorization_abilities, D15_dpop_is_used_where_it_is_asked_for_and_announced_or_not_spoken_of) {
    Config config;
    const Json announced = with("dpop_signing_alg_values_supported", Json::array({"ES256"}));
    cr_expect(not(uses_dpop(announced, config)), "nobody's provider decides that for the upstreams");
    config.provider.dpop = Dpop::always;
    for (const Json& fine : {announced, document()}) {
        cr_expect(uses_dpop(fine, config));
        cr_expect(eq(str, problem(fine, config), text("")));
    }
    const Json others = with("dpop_signing_alg_values_supported", Json::array({"RS256"}));
    cr_expect(names(problem(others, config), "ES256"));
}
