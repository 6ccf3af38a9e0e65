// One request to the upstream and its answer, with one refresh and one replay where the upstream rejects the token
// (DESIGN §3; checklist P09, P21, P23, P28–P31, P44–P46).
#pragma once

#include <optional>

#include "base/error.h"
#include "config/config.h"
#include "http/message.h"
#include "session/live_session.h"
#include "world/world.h"

namespace vestibule {

struct Forwarded {
    Response response;
    int upstream_status = 0;     // 0: no answer
    std::optional<Error> error;  // why the response is ours and not the upstream's
};

// REQUIRES: admitted, with the session the route asks for.
Forwarded forward(const Request& request, const Route& route, const std::optional<LiveSession>& session,
                  const ProviderWorld& world);

}  // namespace vestibule
