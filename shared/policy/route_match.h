// Which configured route a request belongs to, and where it leads (DESIGN §3; checklist P01–P06).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/config.h"

namespace vestibule {

// The route with the longest prefix of the raw path, compared on segment borders: "/api/" takes "/api", "/api/" and
// "/api/x", not "/apix". nullptr where there is none. Borrowed from `routes`.
const Route* find_route(const std::vector<Route>& routes, std::string_view path);

// Whether an upstream that reads the path more loosely than we do (decodes it, drops ";parameters", ignores case, and,
// as Windows does, dots and blanks at a segment's end) would still see what belongs to `route`. Otherwise one route's
// rules could be used to reach what another one guards, such as "/api/admin;x/" beside "/api/admin/". REQUIRES:
// check_target_path() passed.
bool every_reading_leads_to(const Route& route, const std::vector<Route>& routes, std::string_view path);

// CONNECT, TRACE and OPTIONS are never forwarded, whatever the route says (checklist P42).
bool allows_method(const Route& route, std::string_view method);
// For the Allow header: the route's methods, and OPTIONS, which we answer ourselves.
std::string allowed_methods(const Route& route);

// The upstream's URL with what follows the route's prefix, and the query (nothing: no '?'), byte for byte. Its
// authority is the configuration's, whatever the request holds (checklist P04). REQUIRES: find_route() gave `route` for
// this path.
std::string upstream_url(const Route& route, std::string_view path, std::optional<std::string_view> query);

}  // namespace vestibule
