// `keys new`: a key that seals from now on, in front of those that still open.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "config/read_config.h"
#include "functions/admin/commands.h"

namespace vestibule::admin {

// "2026-01-31", and "2026-01-31-2" for the second one of a day.
std::string id_of_today(const std::vector<std::string>& taken, WallTime now);
// With its line end. bad_request: the id is none.
Result<Secret> make_key_line(const std::string& id, Random& random);

// `sources` reads the key file there is; a file that others may read, or that holds anything but keys, is left alone.
int new_key(const NewKey& command, const ConfigSources& sources, Clock& clock, Random& random,
            const Terminal& terminal);

}  // namespace vestibule::admin
