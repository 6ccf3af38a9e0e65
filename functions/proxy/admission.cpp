#include "functions/proxy/admission.h"

#include "policy/cross_site.h"
#include "policy/field_names.h"
#include "policy/request_headers.h"
#include "policy/route_match.h"
#include "policy/target_path.h"

namespace vestibule {
namespace {

// Not possible over FastCGI, so it ends here and not half-way (checklist P43). Other upgrades may be ignored (RFC 9110
// §7.8); they are dropped with the hop-by-hop fields.
bool is_websocket(const HeaderFields& headers) {
    return holds_name(list_members(headers, "Upgrade"), "websocket") || headers.find("Sec-WebSocket-Key");
}

Result<void> check_target(const Request& request, const Route& route, const std::vector<Route>& routes) {
    const auto slashes = route.encoded_slashes ? EncodedSlashes::allow : EncodedSlashes::refuse;
    if (auto path = check_target_path(request.path, slashes); !path) return path;
    if (!every_reading_leads_to(route, routes, request.path)) {
        return failure(ErrorCode::bad_request, "a path that others could read as another route's");
    }
    return check_target_query(request.query);
}

}  // namespace

Result<const Route*> admit(const Request& request, const Config& config) {
    if (auto ours = check_cross_site(request, config.public_url.origin(), Navigation::refuse); !ours) {
        return failure(ours.error());
    }
    const Route* route = find_route(config.routes, request.path);
    if (!route) return failure(ErrorCode::no_such_route, "no route");
    if (auto target = check_target(request, *route, config.routes); !target) return failure(target.error());
    if (is_websocket(request.headers)) return failure(ErrorCode::bad_request, "a WebSocket");
    if (came_through_us(request.headers)) return failure(ErrorCode::upstream_invalid, "a loop: Via names us");
    return route;
}

Result<void> check_body(const Request& request, const Route& route) {
    if (request.content_length.value_or(0) > route.max_body) return failure(ErrorCode::body_too_large, "maxBody");
    const bool has_unknown_length = !request.content_length && request.headers.find("Transfer-Encoding");
    if (has_unknown_length) return failure(ErrorCode::bad_request, "a body without Content-Length");
    return {};
}

}  // namespace vestibule
