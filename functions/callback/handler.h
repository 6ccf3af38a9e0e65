// GET /auth/callback, or POST for form_post: checks the provider's response, redeems the code, verifies the ID token,
// creates the session (DESIGN §1 "callback"; checklist C01–C40).
#pragma once

#include "http/message.h"
#include "world/world.h"

namespace vestibule {

// 303 into the app: to the return path with the new session's cookie, or to the app with `auth_error`; a page that
// tells the same to the one that opened it, where the login asked for a message. 405 for other methods, 503 for a
// prefetch, 403 where it is framed.
Response handle_callback(const Request& request, const ProviderWorld& world);

}  // namespace vestibule
