// The refresh protocol of session/refresh.h, wired to a world's store and provider.
#pragma once

#include "base/result.h"
#include "session/live_session.h"
#include "session/refresh.h"
#include "world/world.h"

namespace vestibule {

// As refresh_session() says.
Result<LiveSession> refresh_with_provider(const LiveSession& session, RefreshReason reason, const ProviderWorld& world);

}  // namespace vestibule
