// The session that a route asks for, and with it an access token that lives (DESIGN §2, §3; checklist P52, P53, S35).
#pragma once

#include <optional>

#include "base/result.h"
#include "config/config.h"
#include "http/message.h"
#include "session/live_session.h"
#include "world/world.h"

namespace vestibule {

// Looks the session up and checks the required claims. Nothing where the route needs no session, or where it can do
// without and nobody is logged in. no_session, forbidden, store_unavailable.
Result<std::optional<LiveSession>> session_for(const Route& route, const Request& request, const ProviderWorld& world);

// Refreshes an access token that is about to run out, which may take its time, and moves the idle limit. What
// refresh_session() fails with.
Result<std::optional<LiveSession>> with_living_token(const std::optional<LiveSession>& session, const Route& route,
                                                     const ProviderWorld& world);

}  // namespace vestibule
