// A caller's place among the requests under way, held until the answer's last octet is out (checklist P54).
#pragma once

#include <optional>

#include "base/result.h"
#include "http/message.h"
#include "policy/in_flight.h"
#include "session/live_session.h"

namespace vestibule {

// Of the session, or, where there is none, of the address. rate_limited where the caller has too many under way.
Result<InFlight::Slot> take_slot(const Request& request, const std::optional<LiveSession>& session,
                                 InFlight& in_flight);

// The slot ends with a body that streams, else at once.
void hold_until_sent(InFlight::Slot slot, Response& response);

}  // namespace vestibule
