// `sessions list` and `sessions end`: whose sessions there are, and their end.
#pragma once

#include "functions/admin/commands.h"
#include "world/world.h"

namespace vestibule::admin {

// Both give the exit status. What a session holds is sealed with its cookie: nobody here can read it, so the tokens of
// an ended session cannot be revoked at the provider; they run out.
int list_sessions(const ListSessions& command, const SessionWorld& world, const Terminal& terminal);
// Every ending is logged as `sessions.ended_by_operator` (checklist G05), without the user's name (G08).
int end_sessions(const EndSessions& command, const SessionWorld& world, const Terminal& terminal);

}  // namespace vestibule::admin
