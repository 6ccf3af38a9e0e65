// Where a person goes after the provider's own logout: carried in its `state`, sealed, so that nobody else can say
// where (RP-Initiated Logout §3; checklist O07, O08, O15).
#pragma once

#include <string>
#include <string_view>

#include "policy/return_path.h"
#include "world/world.h"

namespace vestibule {

// Another value every time.
std::string logout_state(const ReturnPath& return_to, const SessionWorld& world);

// The path in it; the app where the state is missing, of somebody else, or older than an hour. Needs no session and
// changes nothing.
std::string landing_after_logout(std::string_view state, const SessionWorld& world);

}  // namespace vestibule
