// GET /auth/checksession: whether there is a session, whose, and for how long (DESIGN §1; checklist K01–K13).
#pragma once

#include "http/message.h"
#include "world/world.h"

namespace vestibule {

// 200 in both cases; 503 store_unavailable, never "not logged in", where the store is down. Extends nothing, calls
// nobody.
Response handle_checksession(const Request& request, const SessionWorld& world);

}  // namespace vestibule
