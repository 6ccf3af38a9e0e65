// What a configuration cannot ask for: nothing starts with it.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/shared/config/scripted_sources.h"

using namespace vestibule;

namespace {

// The smallest configuration there is, with more inside "provider" or beside it.
tl::expected<Config, std::vector<ConfigProblem>> read_with(const std::string& inside, const std::string& beside = {}) {
    ScriptedSources world;
    std::string text = text_of_file("tests/vectors/config/valid/minimal.jsonc");
    const std::size_t provider = text.find("\"issuer\"");
    cr_assert(provider != std::string::npos);
    text.insert(provider, inside);
    text.insert(text.find('{') + 1, beside);
    return read_config(text, world.sources());
}

}  // namespace

Test(configured_login, L14_scope_has_openid_and_single_spaces_or_nothing_starts) {
    for (const char* scope :
         {"profile", "openid  profile", " openid", "openid ", "OPENID", "openid\\tprofile", "xopenid"}) {
        const auto config = read_with(std::string("\"scope\": \"") + scope + "\", ");
        cr_assert(not(config.has_value()), "%s", scope);
        cr_expect(places(config) == "provider.scope", "%s: %s", scope, places(config).c_str());
    }
    cr_expect(read_with("\"scope\": \"openid\", ").has_value());
}

Test(configured_login, A02_the_profile_takes_no_shared_secret) {
    const auto config = read_with("", "\"profile\": \"fapi2\", ");
    cr_assert(not(config.has_value()));
    cr_expect(places(config).find("provider.clientAuth.method") != std::string::npos, "%s", places(config).c_str());
}

Test(configured_login, D01_the_issuer_is_configured_and_reached_over_a_safe_channel) {
    for (const char* issuer : {"http://id.example.com", "ftp://id.example.com", "id.example.com", "",
                               "https://id.example.com?x=1", "https://user@id.example.com"}) {
        ScriptedSources world;
        std::string text = text_of_file("tests/vectors/config/valid/minimal.jsonc");
        const std::string good = "https://id.example.com";
        text.replace(text.find(good), good.size(), issuer);
        const auto config = read_config(text, world.sources());
        cr_assert(not(config.has_value()), "%s", issuer);
        cr_expect(places(config).find("provider.issuer") != std::string::npos, "%s: %s", issuer,
                  places(config).c_str());
    }
}
