// From an authorization response that belongs to this browser to a session in the store.
#pragma once

#include <variant>

#include "base/result.h"
#include "oauth/authorization_response.h"
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
// Fails with a code of the `auth_error` vocabulary; whatever tokens had been received are revoked then, and no session
// was written (checklist C26, C27).
Result<std::variant<LoggedIn, UsedBefore>> complete_login(const AuthorizationResponse& response,
                                                          const ResumedFlow& resumed, const ProviderWorld& world);

}  // namespace vestibule
