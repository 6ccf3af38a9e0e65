// What header fields go to an upstream: an allow-list, and then ours (RFC 9110 §7.6; checklist P07–P20, P25, P56).
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/message.h"
#include "http/url.h"

namespace vestibule {

// Our name in Via: says nothing about the host (checklist P18).
inline constexpr std::string_view kViaName = "vestibule";

// Whether the request has passed through us before (checklist P19).
bool came_through_us(const HeaderFields& request);

// Of the browser's fields: content negotiation, conditions, ranges, the body's description, trace context, and what the
// route adds. Cookie, credentials, forwarding and identity fields, hop-by-hop fields and those that Connection names
// never, whatever the route says. Added after that, so that nothing the browser sends can remove it (P13): Via,
// Forwarded and X-Forwarded-* from `public_url` and the address the web server named, and `credentials` as they are.
// Host comes from the URL and Content-Length from the body, both by the client. bad_request where a field to forward
// holds a control; internal where a credential does.
Result<HeaderFields> upstream_headers(const Request& request, const std::vector<std::string>& allowed_by_route,
                                      const Url& public_url, const HeaderFields& credentials);

}  // namespace vestibule
