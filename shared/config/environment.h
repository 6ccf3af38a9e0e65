// The environment variables, which win over the file (DESIGN §4): for containers.
#pragma once

#include <span>
#include <string_view>

#include "codec/json.h"
#include "config/findings.h"

namespace vestibule {

struct EnvironmentVariable {
    std::string_view name;
    std::string_view setting;  // what it stands for; "" for a secret itself, which no file may hold
};

std::span<const EnvironmentVariable> environment_variables();

// The value of a variable; an empty one counts as absent, as `${NAME:-}` in a compose file leaves it.
std::optional<std::string> environment_value(const ConfigSources& sources, std::string_view name);

// Puts what the environment gives into `document`, as if it stood there, and tells `findings` where it came from.
// REQUIRES: `document` is an object.
void apply_environment(Json& document, const ConfigSources& sources, Findings& findings);

}  // namespace vestibule
