// The environment variables, which win over the file (config/environment.h).
#include "config/environment.h"

#include <utility>

#include "tests/fuzz/fuzz_target.h"
#include "tests/shared/config/scripted_sources.h"

using namespace vestibule;
using fuzz::Pieces;
using fuzz::require;

namespace {

std::string problems_of(ScriptedSources& scripted) {
    const auto config = read_config(kMinimal, scripted.sources());
    return config ? "" : print_problems(config.error());
}

// Whether the problems quote this variable. What they say of every other value, too, is no quotation.
bool quotes(const std::string& problems, const std::string& name, ScriptedSources scripted) {
    const std::string value =
        std::exchange(scripted.environment[name], std::string(scripted.environment[name].size(), '#'));
    return problems.find(value) != problems.npos && problems_of(scripted).find(value) == problems.npos;
}

}  // namespace

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
    for (const std::string name : {"BFF_CLIENT_SECRET", "BFF_KEYS"})
        require(scripted.environment[name].size() < 24 || !quotes(text, name, scripted), "no secret");
}
