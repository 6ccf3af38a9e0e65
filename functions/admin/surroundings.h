// The real surroundings of a command: the system, the configuration, the store, the network.
#pragma once

#include "functions/admin/run.h"
#include "world/bare_world.h"

namespace vestibule::admin {

// Borrows `bare`.
Surroundings system_surroundings(BareWorld& bare);

}  // namespace vestibule::admin
