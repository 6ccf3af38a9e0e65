#include "config/environment.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <algorithm>

#include "crypto/key_ring.h"
#include "tests/shared/config/scripted_sources.h"

using namespace vestibule;

namespace {

// A container that is told everything.
ScriptedSources full_environment() {
    ScriptedSources world;
    world.files.clear();
    world.environment = {{"BFF_PUBLIC_URL", "https://shop.example"},
                         {"BFF_ISSUER", "https://login.example"},
                         {"BFF_CLIENT_ID", "shop"},
                         {"BFF_CLIENT_SECRET", kGoodClientSecret},
                         {"BFF_STORE", "sqlite:/data/sessions.db"},
                         {"BFF_KEYS", kGoodKeys}};
    return world;
}

}  // namespace

Test(environment, variables_win_over_the_file) {
    ScriptedSources world = full_environment();
    auto config = read_config(kMinimal, world.sources());
    cr_assert(config.has_value(), "%s", places(config).c_str());
    cr_expect(eq(str, config->public_url.origin(), std::string("https://shop.example")));
    cr_expect(eq(str, std::string(config->provider.issuer), std::string("https://login.example")));
    cr_expect(eq(str, config->provider.client_id, std::string("shop")));
    cr_expect(eq(str, config->store, std::string("sqlite:/data/sessions.db")));
    cr_expect(eq(str, std::string(config->provider.auth.secret.reveal()), std::string(kGoodClientSecret)));
    cr_expect(world.asked_as_secret.empty());  // the file's secretFile and keysFile are not needed
}

Test(environment, a_file_named_by_a_variable_wins_over_the_one_named_in_the_file) {
    ScriptedSources world;
    world.files["/mounted/secret"] = "another-good-client-secret\r\n";
    world.files["/mounted/keys"] = "k2:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA\n";
    world.environment = {{"BFF_CLIENT_SECRET_FILE", "/mounted/secret"}, {"BFF_KEYS_FILE", "/mounted/keys"}};
    auto config = read_config(kMinimal, world.sources());
    cr_assert(config.has_value(), "%s", places(config).c_str());
    cr_expect(eq(str, std::string(config->provider.auth.secret.reveal()), std::string("another-good-client-secret")));
    cr_expect(config->keys.reveal().starts_with("k2:"));
}

Test(environment, a_problem_is_told_with_the_name_of_the_variable_it_came_by) {
    ScriptedSources world;
    world.environment = {{"BFF_PUBLIC_URL", "shop"},      {"BFF_ISSUER", "http://login.example"},
                         {"BFF_STORE", "redis:cache"},    {"BFF_CLIENT_SECRET_FILE", "relative"},
                         {"BFF_KEYS_FILE", "/open/keys"}, {"BFF_CLIENT_ID", "a\tb"}};
    cr_expect(eq(str, places(read_config(kMinimal, world.sources())),
                 std::string("BFF_PUBLIC_URL, BFF_ISSUER, BFF_CLIENT_ID, BFF_CLIENT_SECRET_FILE, BFF_STORE, "
                             "BFF_KEYS_FILE")));
}

Test(environment, a_secret_and_a_file_for_it_together_are_refused) {
    ScriptedSources world = full_environment();
    world.environment["BFF_CLIENT_SECRET_FILE"] = "/run/secrets/client";
    world.environment["BFF_KEYS_FILE"] = "/etc/vestibule/keys";
    cr_expect(eq(str, places(read_config(kMinimal, world.sources())), std::string("BFF_CLIENT_SECRET, BFF_KEYS")));
}

Test(environment, an_empty_variable_counts_as_unset) {
    ScriptedSources world;
    for (const EnvironmentVariable& variable : environment_variables()) world.environment[std::string(variable.name)];
    world.environment["BFF_CONFIG"];
    world.files["/etc/vestibule/config.jsonc"] = kMinimal;
    auto config = load_config(world.sources());
    cr_expect(config.has_value(), "%s", places(config).c_str());
}

Test(environment, keys_may_stand_on_one_line) {
    const std::string other = "k0:IB8eHRwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgE";
    const std::string first = kGoodKeys.substr(0, kGoodKeys.size() - 1);
    for (const std::string between : {"\n", ",", " ", ", ", "\n# made in spring, by hand\n"}) {
        ScriptedSources world = full_environment();
        world.environment["BFF_KEYS"] = first + between + other;
        auto config = read_config("{}", world.sources());
        cr_assert(config.has_value(), "%s", places(config).c_str());
        const auto ring = KeyRing::parse(config->keys);
        cr_assert(ring.has_value());
        cr_expect(eq(sz, ring->keys().size(), 2));
        cr_expect(eq(str, std::string(ring->sealing().id), std::string("k1")));
    }
}

Test(environment, the_default_file_may_be_missing_where_the_environment_says_everything) {
    ScriptedSources world = full_environment();
    cr_expect(load_config(world.sources()).has_value());

    world.environment.erase("BFF_STORE");
    cr_expect(eq(str, places(load_config(world.sources())), std::string("/etc/vestibule/config.jsonc, store")));
}

Test(environment, a_file_with_the_password_of_the_store_must_be_private) {
    for (const char* store : {"rediss://:pw@host", "redis://me:pw@host", "postgresql://me:pw@host/db",
                              "postgresql://me@host/db?password=pw", "postgresql://me@host/db?p%61ssword=pw"}) {
        ScriptedSources world = full_environment();
        world.environment["BFF_CONFIG"] = "/etc/config.jsonc";
        world.environment.erase("BFF_STORE");
        world.files["/etc/config.jsonc"] = R"({"store": ")" + std::string(store) + "\"}";
        cr_expect(load_config(world.sources()).has_value(), "%s", store);
        cr_expect(
            eq(sz, std::count(world.asked_as_secret.begin(), world.asked_as_secret.end(), "/etc/config.jsonc"), 1),
            "%s", store);
        world.readable_by_others = "/etc/config.jsonc";
        const auto config = load_config(world.sources());
        cr_expect(eq(str, places(config), std::string("store")), "%s", store);
        cr_assert(not(config.has_value()));
        cr_expect(config.error().front().message.find("BFF_STORE") != std::string::npos);
        world.environment["BFF_STORE"] = store;
        cr_expect(load_config(world.sources()).has_value(), "%s", store);
    }
    for (const char* store : {"sqlite:/x/a:b@c.db", "rediss://host:6380", "postgresql://me@host:5432,other:1/db"}) {
        ScriptedSources world = full_environment();
        world.environment["BFF_CONFIG"] = "/etc/config.jsonc";
        world.environment.erase("BFF_STORE");
        world.files["/etc/config.jsonc"] = R"({"store": ")" + std::string(store) + "\"}";
        world.readable_by_others = "/etc/config.jsonc";
        cr_expect(load_config(world.sources()).has_value(), "%s", store);
    }
}

Test(environment, a_file_named_in_bff_config_must_be_there) {
    ScriptedSources world = full_environment();
    world.environment["BFF_CONFIG"] = "/srv/config.jsonc";
    cr_expect(eq(str, places(load_config(world.sources())), std::string("BFF_CONFIG")));

    world.files["/srv/config.jsonc"] = "{}";
    cr_expect(load_config(world.sources()).has_value());
    cr_expect(eq(str, config_path(world.sources()), std::string("/srv/config.jsonc")));
}

Test(environment, a_variable_does_not_hide_a_wrong_type_in_the_file) {
    ScriptedSources world = full_environment();
    cr_expect(
        eq(str, places(read_config(R"({"provider": 1})", world.sources())).substr(0, 8), std::string("provider")));
}
