// `keys rotate`, `keys promote`, `keys list` and `keys retire`: the life of a key that seals sessions.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "config/read_config.h"
#include "functions/admin/commands.h"

namespace vestibule::admin {

// What they work on: the file that is named, else the configured one.
struct KeyDesk {
    const ConfigSources& sources;
    Clock& clock;
    Random& random;
    const Terminal& terminal;
};

// Each gives the exit status; a file that cannot be right is left alone.
int rotate_keys(const RotateKeys& command, const KeyDesk& desk);
int promote_key(const PromoteKey& command, const KeyDesk& desk);
int list_keys(const ListKeys& command, const KeyDesk& desk);
// Refuses to take away a key that seals, and, unless forced, one whose sessions may still live.
int retire_key(const RetireKey& command, const KeyDesk& desk);

}  // namespace vestibule::admin
