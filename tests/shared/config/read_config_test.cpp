#include "config/read_config.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/shared/config/scripted_sources.h"

using namespace vestibule;

namespace {

std::string design_example() {
    return R"({
  // DESIGN §4
  "publicUrl": "https://app.example.com",
  "provider": {
    "issuer": "https://id.example.com",
    "clientId": "spa",
    "clientAuth": {"method": "client_secret_basic", "secretFile": "/run/secrets/client"},
    "scope": "openid profile email offline_access"
  },
  "store": "sqlite:/var/lib/vestibule/sessions.db",
  "keysFile": "/etc/vestibule/keys",
  "session": {"idle": "45m", "absolute": "8h", "claims": ["sub", "name"]},
  "routes": [
    {"path": "/api/orders/", "upstream": "https://orders.internal/v1/", "methods": ["GET", "POST"],
     "require": {"roles": "buyer"}}
  ]
})";
}

}  // namespace

Test(read_config, the_designs_own_example_is_read_as_it_says) {
    ScriptedSources world;
    auto config = read_config(design_example(), world.sources());
    cr_assert(config.has_value(), "%s", places(config).c_str());
    cr_expect(eq(str, config->url_of(config->paths.callback), std::string("https://app.example.com/auth/callback")));
    cr_expect(eq(str, std::string(config->provider.issuer), std::string("https://id.example.com")));
    cr_expect(eq(str, std::string(config->provider.auth.secret.reveal()), std::string(kGoodClientSecret)));
    cr_expect(eq(str, std::string(config->keys.reveal()), std::string(kGoodKeys)));
    cr_expect(config->session.idle == std::chrono::minutes{45});
    cr_expect(config->session.absolute == std::chrono::hours{8});
    cr_assert(eq(sz, config->routes.size(), 1));
    cr_assert(eq(sz, config->routes[0].require.size(), 1));
    cr_expect(eq(str, config->routes[0].require[0].name, std::string("roles")));
    cr_expect(eq(str, config->routes[0].require[0].value, std::string("buyer")));
    cr_expect(eq(sz, config->routes[0].methods.size(), 2));
}

Test(read_config, every_value_of_a_route_arrives) {
    ScriptedSources world;
    auto config = read_config(text_of_file("tests/vectors/config/valid/full_route.jsonc"), world.sources());
    cr_assert(config.has_value(), "%s", places(config).c_str());
    Route& route = config->routes.at(0);
    cr_expect(eq(sz, route.require.size(), 3));  // a list of values asks for each of them
    cr_expect(eq(u64, route.max_body, 65536));
    cr_expect(route.connect_timeout == Seconds{1} && route.first_byte_timeout == std::chrono::hours{24});
    cr_expect(route.idle_timeout == std::chrono::hours{1} && route.total_timeout == Seconds{0});
    cr_expect(eq(str, route.request_headers.at(0), std::string("X-Tenant")));
    cr_expect(eq(str, route.response_headers.at(0), std::string("X-Total-Count")));
    cr_expect(route.encoded_slashes && route.cache && route.html);
}

Test(read_config, every_value_of_the_provider_arrives) {
    ScriptedSources world;
    auto config = read_config(text_of_file("tests/vectors/config/valid/strict_provider.jsonc"), world.sources());
    cr_assert(config.has_value(), "%s", places(config).c_str());
    ProviderConfig& provider = config->provider;
    cr_expect(eq(str, provider.scope, std::string("openid")));
    const std::vector<JwsAlgorithm> wanted = {JwsAlgorithm::ES256, JwsAlgorithm::EdDSA};
    cr_expect(provider.id_token_algorithms == wanted);
    cr_expect(provider.max_age == std::optional<Seconds>(std::chrono::hours{1}));
    cr_expect(eq(sz, provider.acr_values.size(), 2));
    cr_expect(provider.clock_skew == std::chrono::minutes{5});
    cr_expect(provider.timeout == Seconds{1});
    cr_expect(provider.refresh_timeout == Seconds{40});
}

Test(read_config, all_problems_are_told_at_once_each_with_its_place) {
    ScriptedSources world;
    auto config = read_config(R"({"publicUrl": "app", "sesion": {}, "provider": {"scope": "email"},
                                        "routes": [{"path": "/api", "upstream": "x"}], "keysFile": "/etc/vestibule/keys"})",
                              world.sources());
    cr_expect(eq(str, places(config),
                 std::string("publicUrl, provider.issuer, provider.clientId, provider.scope, "
                             "provider.clientAuth.secretFile, store, routes[0].path, routes[0].upstream, sesion")));
}

Test(read_config, a_mistyped_name_is_answered_with_the_one_that_was_meant) {
    ScriptedSources world;
    auto config = read_config(R"({"sesion": {}, "provider": {"client_id": "spa"}})", world.sources());
    cr_assert(not(config.has_value()));
    const std::string text = print_problems(config.error());
    cr_expect(text.find("sesion: is no setting; did you mean \"session\"?") != text.npos, "%s", text.c_str());
    cr_expect(text.find("provider.client_id: is no setting; did you mean \"clientId\"?") != text.npos, "%s",
              text.c_str());
}

Test(read_config, what_is_missing_names_the_variable_that_could_give_it) {
    ScriptedSources world;
    const auto config = read_config("{}", world.sources());
    cr_assert(not(config.has_value()));
    const std::string text = print_problems(config.error());
    for (const char* name :
         {"BFF_PUBLIC_URL", "BFF_ISSUER", "BFF_CLIENT_ID", "BFF_CLIENT_SECRET_FILE", "BFF_STORE", "BFF_KEYS_FILE"}) {
        cr_expect(text.find(name) != text.npos, "%s: %s", name, text.c_str());
    }
}

Test(read_config, text_that_is_no_json_names_its_line) {
    ScriptedSources world;
    for (const std::string text : {"", "[]", "null", "{\n\n\"a\": }", "{\"store\": \"a\", \"store\": \"b\"}", "\xff"}) {
        auto config = read_config(text, world.sources());
        cr_expect(eq(str, places(config), std::string("the file")), "%s", text.c_str());
    }
    auto config = read_config("{\n\n\"a\": }", world.sources());
    cr_assert(not(config.has_value()));
    cr_expect(config.error()[0].message.find("line 3") != std::string::npos);
}

Test(read_config, what_is_printed_holds_no_control_characters) {
    ScriptedSources world;
    auto config = read_config("{\"a\\u001b[2J\": 1}", world.sources());
    cr_assert(not(config.has_value()));
    const std::string text = print_problems(config.error());
    cr_expect(text.find('\x1b') == text.npos);
    cr_expect(text.find("a?[2J: ") != text.npos, "%s", text.c_str());
}

Test(read_config, secrets_are_read_as_secrets_A26) {
    ScriptedSources world;
    cr_assert(read_config(kMinimal, world.sources()).has_value());
    cr_assert(eq(sz, world.asked_as_secret.size(), 2));
    cr_expect(eq(str, world.asked_as_secret[0], std::string("/run/secrets/client")));
    cr_expect(eq(str, world.asked_as_secret[1], std::string("/etc/vestibule/keys")));
}

Test(read_config, a_developers_provider_on_this_machine_may_have_a_short_secret) {
    ScriptedSources world;
    world.environment = {{"BFF_ISSUER", "http://localhost:9000"}, {"BFF_CLIENT_SECRET", "secret"}};
    cr_expect(read_config(kMinimal, world.sources()).has_value());
    world.environment["BFF_ISSUER"] = "https://id.example.com";
    cr_expect(eq(str, places(read_config(kMinimal, world.sources())), std::string("BFF_CLIENT_SECRET")));
}
