// POST or GET /auth/logout: ends the session here, revokes its tokens, hands over to the provider (DESIGN §1;
// checklist O01–O17).
#pragma once

#include "http/message.h"
#include "world/world.h"

namespace vestibule {

// fetch: 200 {"logoutUrl": the provider's end-session URL or null}; navigation: 303 there, or to the app. The same
// answer with and without a session. 403 csrf_rejected; 405; 503 store_unavailable with the cookie untouched.
Response handle_logout(const Request& request, const ProviderWorld& world);

}  // namespace vestibule
