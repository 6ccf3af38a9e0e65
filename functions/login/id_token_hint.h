// Who a silent login is about (OpenID Connect Core §3.1.2.1; checklist L43).
#pragma once

#include <optional>

#include "base/secret.h"
#include "functions/login/login_request.h"
#include "http/message.h"
#include "world/world.h"

namespace vestibule {

// The ID token of the session this browser shows, for prompt=none and where provider.idTokenHint is on. Never
// where a script would read it: only for a navigation, or where the request is pushed. Nothing in any other case, and
// where the session cannot be read: it is a hint.
std::optional<Secret> id_token_hint(const Request& request, const LoginRequest& asked, const ProviderWorld& world);

}  // namespace vestibule
