// Who may pass at all, decided from the request line and headers, before the session is looked at and before any
// connection is opened (checklist S35, P01–P06, P19, P43, P44).
#pragma once

#include "base/result.h"
#include "config/config.h"
#include "http/message.h"

namespace vestibule {

// The route the request belongs to. csrf_rejected, no_such_route, or bad_request (a path that cannot be forwarded as it
// is, a WebSocket), or upstream_invalid (it came through us already). Borrowed from `config`.
Result<const Route*> admit(const Request& request, const Config& config);

// body_too_large over the route's limit, bad_request for a body whose length nobody said (checklist H07).
Result<void> check_body(const Request& request, const Route& route);

}  // namespace vestibule
