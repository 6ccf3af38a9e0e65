// `migrate`, `purge` and `stats`: the store's housekeeping.
#pragma once

#include "functions/admin/commands.h"
#include "world/world.h"

namespace vestibule::admin {

int migrate(const SessionWorld& world, const Terminal& terminal);
// What the store holds, as far as it counts it.
int print_stats(const Stats& command, const SessionWorld& world, const Terminal& terminal);
// In small batches, so that nobody waits for it; with a running count where somebody watches.
int purge(const Purge& command, const SessionWorld& world, const Terminal& terminal);

}  // namespace vestibule::admin
