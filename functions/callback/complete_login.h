// From an authorization response that belongs to this browser to a session in the store.
#pragma once

#include <variant>

#include "base/result.h"
#include "oauth/authorization_response.h"
#include "provider/deadline.h"
#include "session/login_flow.h"
#include "session/session_cookie.h"
#include "world/world.h"

namespace vestibule {

// The login is complete: the session stands in the store and this cookie opens it.
struct LoggedIn {
    SessionCookie cookie;
};
// The same browser used this response before: the back button, a second click. What that led to stands (checklist C34).
struct UsedBefore {};

// Of the browser that began the flow no session is left but the new one, whatever its other tabs did meanwhile
// (checklist C28, S20).
//
// Fails with a code of the `auth_error` vocabulary. What had been received is revoked then, but for a refresh token
// where a session stays that may live by the same grant (to_give_back(); checklist C26, C27, L44). No session stands
// that anybody could use: where the store does not confirm the insert, it is taken back; if that fails too, a row may
// stay until it is idle, sealed with the secret of a cookie that no browser has.
//
// Nothing new is begun after `until`. What goes on then is one call of the store, or two where the first of them was
// the insert, and 2 s for the revocation (checklist C38).
Result<std::variant<LoggedIn, UsedBefore>> complete_login(const AuthorizationResponse& response,
                                                          const ResumedFlow& resumed, const Deadline& until,
                                                          const ProviderWorld& world);

}  // namespace vestibule
