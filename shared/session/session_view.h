// What the browser may know of a session: how long it lasts, never what it holds (DESIGN §1 "checksession"; checklist
// K02).
#pragma once

#include "base/clock.h"
#include "codec/json.h"
#include "session/store.h"

namespace vestibule {

// {"expiresIn", "idleExpiresIn", "accessTokenExpiresIn"}, whole seconds, never negative.
Json session_view(const SessionRow& row, WallTime now);

}  // namespace vestibule
