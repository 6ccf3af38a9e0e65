// `migrate` and `purge`: the store's housekeeping.
#pragma once

#include "functions/admin/commands.h"
#include "world/world.h"

namespace vestibule::admin {

int migrate(const SessionWorld& world, const Terminal& terminal);
// In small batches, so that nobody waits for it; with a running count where somebody watches.
int purge(const Purge& command, const SessionWorld& world, const Terminal& terminal);

}  // namespace vestibule::admin
