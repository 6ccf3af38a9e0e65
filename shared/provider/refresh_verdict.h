// What a refusal of the token endpoint means for the session (DESIGN §2 "Refresh"; checklist R07).
#pragma once

#include <optional>

#include "base/clock.h"
#include "http/client.h"
#include "session/refresh.h"

namespace vestibule {

// Nothing for 200. By status and the `error` member alone, never by any text of the provider.
std::optional<RefreshVerdict> refusal(const OutboundResponse& response, WallTime now);

}  // namespace vestibule
