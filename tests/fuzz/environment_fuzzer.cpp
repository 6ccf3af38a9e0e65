// The environment variables, which win over the file (config/environment.h).
#include "config/environment.h"

#include <array>

#include "tests/fuzz/fuzz_target.h"
#include "tests/shared/config/scripted_sources.h"

using namespace vestibule;
using fuzz::Pieces;
using fuzz::require;

namespace {

constexpr std::string_view kCanary = "canary-5Wq8";
constexpr std::array<const char*, 2> kSecret{"BFF_CLIENT_SECRET", "BFF_KEYS"};

// The same again with a word around the secrets that nobody else says: no problem may quote it.
void check_quotes(ScriptedSources scripted) {
    for (const auto& [name, value] : scripted.environment)
        if (value.find(kCanary) != value.npos) return;
    for (const char* name : kSecret) {
        std::string& value = scripted.environment[name];
        value = std::string(kCanary).append(value).append(kCanary);
    }
    const auto config = read_config(kMinimal, scripted.sources());
    require(config || print_problems(config.error()).find(kCanary) == std::string::npos, "no secret");
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
    check_quotes(scripted);
}
