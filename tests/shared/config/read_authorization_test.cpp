// How a login is asked for, and the profile: what is read, and how refusals sound. The verdicts are in tests/vectors.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/shared/config/scripted_sources.h"

using namespace vestibule;

namespace {

tl::expected<Config, std::vector<ConfigProblem>> read(const std::string& vector) {
    ScriptedSources world;
    return read_config(text_of_file("tests/vectors/config/" + vector), world.sources());
}

}  // namespace

Test(read_authorization, every_setting_arrives) {
    const auto config = read("valid/authorization_request.jsonc");
    cr_assert(config.has_value());
    const ProviderConfig& provider = config->provider;
    cr_expect(provider.pushed_requests == PushedRequests::always);
    cr_expect(provider.response_mode == ResponseMode::form_post);
    cr_expect(provider.dpop == Dpop::always);
    const std::vector<std::string> resources{"https://api.example.com/v1?x=1", "urn:example:orders"};
    cr_expect(provider.resources == resources);
    const std::vector<std::pair<std::string, std::string>> parameters{{"audience", "https://api.example.com"},
                                                                      {"kc_idp_hint", "corp"}};
    cr_expect(provider.authorization_parameters == parameters);
}

Test(read_authorization, without_them_a_login_is_asked_for_plainly) {
    const auto config = read("valid/minimal.jsonc");
    cr_assert(config.has_value());
    cr_expect(config->profile == Profile::standard);
    cr_expect(config->provider.pushed_requests == PushedRequests::when_required);
    cr_expect(config->provider.response_mode == ResponseMode::query);
    cr_expect(config->provider.dpop == Dpop::when_required);
    cr_expect(config->provider.resources.empty());
    cr_expect(config->provider.authorization_parameters.empty());
}

Test(read_authorization, no_parameter_of_ours_can_be_set_from_outside) {
    for (const char* name : {"state",
                             "nonce",
                             "redirect_uri",
                             "client_id",
                             "response_type",
                             "code_challenge",
                             "code_challenge_method",
                             "scope",
                             "request",
                             "request_uri",
                             "response_mode",
                             "iss",
                             "resource",
                             "prompt",
                             "max_age",
                             "acr_values",
                             "client_secret",
                             "client_assertion",
                             "dpop_jkt",
                             "id_token_hint"}) {
        ScriptedSources world;
        std::string text(kMinimal);
        text.insert(text.find("\"clientAuth\""),
                    "\"authorizationParameters\": {\"" + std::string(name) + "\": \"x\"}, ");
        cr_expect(eq(str, places(read_config(text, world.sources())),
                     "provider.authorizationParameters." + std::string(name)));
    }
}

Test(read_authorization, the_profile_names_what_contradicts_it_and_what_to_do) {
    const auto config = read("invalid_beyond_schema/profile_fapi2_contradicted.jsonc");
    cr_assert(not(config.has_value()));
    const std::string told = print_problems(config.error());
    for (const char* words : {"allowPlainHttp: contradicts", "\"private_key_jwt\", \"tls_client_auth\"",
                              "has \"RS512\"", "\"PS256\", \"ES256\" and \"EdDSA\"", "is \"never\""}) {
        cr_expect(told.find(words) != std::string::npos, "%s\n%s", words, told.c_str());
    }
}

// What nobody wrote is not refused.
Test(read_authorization, the_profile_has_its_own_default_of_id_token_algorithms) {
    const auto config = read("valid/profile_fapi2.jsonc");
    cr_assert(config.has_value());
    using enum JwsAlgorithm;
    const std::vector<JwsAlgorithm> allowed{PS256, ES256, EdDSA};
    cr_expect(config->provider.id_token_algorithms == allowed);
    cr_expect(read("valid/minimal.jsonc")->provider.id_token_algorithms == std::vector<JwsAlgorithm>{RS256});
}

Test(read_authorization, the_profile_wants_https_on_this_machine_too) {
    ScriptedSources world;
    std::string text(kMinimal);
    text.insert(1, "\"profile\": \"fapi2\",");
    const std::string here = "http://localhost:8080", there = "http://127.0.0.1:4000";
    text.replace(text.find("https://app.example.com"), 23, here);
    text.replace(text.find("https://id.example.com"), 22, there);
    cr_expect(places(read_config(text, world.sources())).starts_with("publicUrl, provider.issuer, "));
}

// The key of the client decides the algorithm; a file says which one is meant where a key serves several.
Test(read_authorization, A08_the_profile_takes_no_client_key_of_another_algorithm) {
    const std::string vector = text_of_file("tests/vectors/config/valid/profile_fapi2.jsonc");
    const std::pair<const char*, bool> table[] = {{"RS256", false}, {"RS512", false}, {"PS384", false},
                                                  {"ES384", false}, {"PS256", true},  {"ES256", true},
                                                  {"EdDSA", true},  {"Ed25519", true}};
    for (const auto& [algorithm, allowed] : table) {
        ScriptedSources world;
        world.files["/etc/vestibule/client-keys"] =
            R"({"keys":[)" + PrivateSigningKey::generate(algorithm).value().private_jwk().reveal() + "]}";
        const auto config = read_config(vector, world.sources());
        const std::string refused = places(config);
        cr_expect(refused == (allowed ? "" : "provider.clientAuth.algorithm"), "%s: '%s'", algorithm, refused.c_str());
        if (!config) cr_expect(print_problems(config.error()).find(algorithm) != std::string::npos, "%s", algorithm);
    }
}
