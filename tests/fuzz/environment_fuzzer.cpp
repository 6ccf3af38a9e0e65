// The environment variables, which win over the file (config/environment.h).
#include "config/environment.h"

#include "tests/fuzz/fuzz_target.h"
#include "tests/shared/config/scripted_sources.h"

using namespace vestibule;
using fuzz::Pieces;
using fuzz::require;

// One value a line, in the order of environment_variables().
FUZZ_TARGET(environment) {
    ScriptedSources scripted;
    Pieces values(input);
    for (const EnvironmentVariable& variable : environment_variables())
        scripted.environment[std::string(variable.name)] = values.next();
    const auto config = read_config(kMinimal, scripted.sources());
    if (config) {
        require(config->public_url.path.empty() && parse_url(config->provider.issuer).has_value(), "URLs");
        return require(!config->provider.auth.secret.empty() && !config->keys.empty(), "secrets");
    }
    require(!config.error().empty(), "a refusal has a reason");
    const std::string text = print_problems(config.error());
    for (const auto& [name, value] : scripted.environment)
        if (name == "BFF_CLIENT_SECRET" || name == "BFF_KEYS")
            require(value.size() < 24 || text.find(value) == text.npos, "no secret");
}
