// What of the provider's words may stand in our log.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "http/client.h"

namespace vestibule {

// An error code as it is, where it looks like one: up to 64 of [A-Za-z0-9_.-]. "other" for anything else.
std::string loggable(std::string_view error_code);

// Why the provider refused: its status, and its error code. Where it does not know us and its clock differs from ours
// by more than an assertion bears, by how much; no clock is ever corrected by that (checklist A10).
std::string refusal_of(const OutboundResponse& response, WallTime now);

}  // namespace vestibule
