// `sessions list`, `sessions show` and `sessions end`: whose sessions there are, and their end.
#pragma once

#include <string>

#include "base/result.h"
#include "functions/admin/commands.h"
#include "world/world.h"

namespace vestibule::admin {

// The whole key of the one live session whose key is, or begins, so; or why it is not one, for people.
tl::expected<SessionKey, std::string> find_key(const std::string& text, const SessionWorld& world);

// Each gives the exit status. What a session holds is sealed with its cookie: nobody here can read it, so the tokens of
// an ended session cannot be revoked at the provider; they run out.
int list_sessions(const ListSessions& command, const SessionWorld& world, const Terminal& terminal);
int show_session(const ShowSession& command, const SessionWorld& world, const Terminal& terminal);
// Every ending is logged as `sessions.ended_by_operator` (checklist G05), without the user's name (G08).
int end_sessions(const EndSessions& command, const SessionWorld& world, const Terminal& terminal);

}  // namespace vestibule::admin
