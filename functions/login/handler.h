// GET /auth/login: starts an authorization code flow with PKCE and writes nothing (DESIGN §1 "login"; checklist
// L01–L44).
#pragma once

#include "http/message.h"
#include "world/world.h"

namespace vestibule {

// 303 to the provider for a navigation, 200 {"authorizationUrl"} for fetch; 400 bad_request or bad_return_to,
// 403 csrf_rejected, 405, 503 provider_unavailable.
Response handle_login(const Request& request, const ProviderWorld& world);

}  // namespace vestibule
