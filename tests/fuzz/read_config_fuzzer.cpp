// Configurations (config/read_config.h): garbage gives problems, each with its place and never with a secret.
#include "config/read_config.h"

#include "tests/fuzz/fuzz_target.h"
#include "tests/shared/config/scripted_sources.h"

using namespace vestibule;
using fuzz::require;

namespace {

// What the configuration itself says, the fuzzer may have guessed.
void check_problems(const std::vector<ConfigProblem>& problems, std::string_view input) {
    require(!problems.empty(), "a refusal has a reason");
    for (const ConfigProblem& problem : problems)
        require(!problem.place.empty() && !problem.message.empty(), "place and reason");
    const std::string text = print_problems(problems);
    for (const std::string& secret : {kGoodClientSecret, kGoodKeys.substr(3, 20)})
        require(text.find(secret) == text.npos || input.find(secret) != input.npos, "no secret");
    for (const char c : text)
        require(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f), "for a terminal");
}

void check_config(const Config& config) {
    require(config.public_url.path.empty() && !config.public_url.has_query, "an origin");
    require(parse_url(config.provider.issuer).has_value() && !config.provider.client_id.empty(), "a provider");
    require(!config.keys.empty() && !config.store.empty(), "keys and a store");
    require(config.session.idle.count() > 0 && config.session.idle <= config.session.absolute,
            "limits that make sense");
    require(config.serving.threads > 0, "somebody who serves");
    for (const Route& route : config.routes) {
        require(route.path.starts_with('/') && route.path.ends_with('/') && route.path.size() > 1, "a prefix");
        const auto upstream = parse_url(route.upstream);
        require(upstream && upstream->path.ends_with('/') && !upstream->has_query, "an upstream");
        require(upstream->origin() != config.public_url.origin(), "not ourselves");
    }
}

}  // namespace

FUZZ_TARGET(read_config, "tests/vectors/config", "infra/config.example.jsonc") {
    static ScriptedSources scripted;
    static const ConfigSources sources = scripted.sources();
    scripted.asked_as_secret.clear();
    if (const auto config = read_config(input, sources)) {
        check_config(*config);
    } else {
        check_problems(config.error(), input);
    }
}
