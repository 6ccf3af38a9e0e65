// GET /auth/userinfo: fresh claims from the provider (DESIGN §1; checklist I39–I42).
#pragma once

#include "http/message.h"
#include "world/world.h"

namespace vestibule {

// 200 {"userInfo"}; 401 no_session or session_ended; 502 upstream_invalid; 503.
Response handle_userinfo(const Request& request, const ProviderWorld& world);

}  // namespace vestibule
