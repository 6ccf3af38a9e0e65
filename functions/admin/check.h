// `check`: everything that must work before anybody can log in, each with its verdict.
#pragma once

#include <string>
#include <vector>

#include "functions/admin/commands.h"
#include "world/world.h"

namespace vestibule::admin {

struct Verdict {
    std::string part;  // "config", "keys", "store", "provider"
    enum class Kind { usable, unusable } kind;
    std::string detail;               // what there is, or what is wrong and how to mend it
    std::vector<std::string> advice;  // usable, and yet at risk: each with how to mend it
};

// The parts that need a world; the configuration and the keys are good once there is one. The provider is asked itself,
// not the cache: its metadata and its keys.
std::vector<Verdict> check_world(const SessionWorld& world, HttpClient& http);

// One line each; the exit status.
int print_verdicts(const std::vector<Verdict>& verdicts, Output output, const Terminal& terminal);

}  // namespace vestibule::admin
