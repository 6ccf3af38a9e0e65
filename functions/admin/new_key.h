// `keys new`: a key that seals from now on, in front of those that still open.
#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "config/read_config.h"
#include "functions/admin/commands.h"

namespace vestibule::admin {

// `sources` reads the key file there is; a file that others may read, or that holds anything but keys, is left alone.
int new_key(const NewKey& command, const ConfigSources& sources, Clock& clock, Random& random,
            const Terminal& terminal);

}  // namespace vestibule::admin
