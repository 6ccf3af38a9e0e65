// POST /auth/refresh: refreshes the tokens now (DESIGN §1, §2; checklist R13).
#pragma once

#include "http/message.h"
#include "world/world.h"

namespace vestibule {

// 200 with the session object of checksession; 401 no_session or session_ended; 503 provider_unavailable, refresh_busy
// or store_unavailable, all with Retry-After. A token younger than a few seconds is left as it is.
Response handle_refresh(const Request& request, const ProviderWorld& world);

}  // namespace vestibule
