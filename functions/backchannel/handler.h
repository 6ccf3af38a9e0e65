// POST /auth/backchannel: OpenID Connect Back-Channel Logout 1.0, called by the provider (DESIGN §1 "backchannel";
// checklist B01–B27).
#pragma once

#include "http/message.h"
#include "world/world.h"

namespace vestibule {

// Exactly 200 once the sessions that the token names are gone, exactly 400 for everything else, a store that is down
// included; 405 for other methods.
Response handle_backchannel(const Request& request, const ProviderWorld& world);

}  // namespace vestibule
