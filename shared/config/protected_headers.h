// Header fields that a route's configuration cannot let through, because they are ours, the connection's, or would be
// obeyed by the web server or the browser as if we had said them.
#pragma once

#include <string_view>

namespace vestibule {

// To an upstream: credentials, framing, hop-by-hop, forwarding, identity (checklist P08, P10, P14, P16, P25).
bool is_protected_request_header(std::string_view name);
// To the browser: cookies, framing, hop-by-hop, what the web server acts on, what acts on our origin (checklist P14,
// P30, P33–P35).
bool is_protected_response_header(std::string_view name);

}  // namespace vestibule
