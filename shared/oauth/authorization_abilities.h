// What of a provider's metadata decides whether a login can be asked for the way it is configured: PAR, response mode,
// request objects, DPoP, and what the profile asks (checklist D15, L34).
#pragma once

#include "base/result.h"
#include "codec/json.h"
#include "config/config.h"

namespace vestibule {

// provider_unavailable with a detail that names the metadata's member and the setting that mends it.
Result<void> check_authorization_abilities(const Json& document, const Config& config);

// Whether logins are pushed (RFC 9126): by configuration, by the profile, or because this provider requires it.
bool pushes_requests(const Json& document, const Config& config);

// Whether logins ask for tokens that are bound to a key of the session (RFC 9449): by configuration, or because the
// profile needs them bound and no certificate binds them.
bool uses_dpop(const Json& document, const Config& config);

}  // namespace vestibule
