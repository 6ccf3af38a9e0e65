// Redirects of upstreams in the browser's view (policy/location.h): below the route or nowhere.
#include "policy/location.h"

#include "policy/target_path.h"
#include "tests/fuzz/browser_url.h"
#include "tests/fuzz/fuzz_target.h"

using namespace vestibule;
using fuzz::require;

namespace {

Route route_to_orders() {
    Route route;
    route.path = "/api/orders/";
    route.upstream = "https://orders.internal/v1/";
    return route;
}

}  // namespace

FUZZ_TARGET(location) {
    constexpr std::string_view kOrigin = "https://app.example.com";
    static const Url public_url = parse_url(kOrigin).value();
    static const Route route = route_to_orders();
    const auto location = public_location(input, "https://orders.internal/v1/7/items?x=1", route, public_url);
    if (!location) return;
    require(location->starts_with(kOrigin), "our origin");
    for (const char c : *location) require(c > 0x20 && c < 0x7f, "nothing that could break a header");
    const std::string_view reference = std::string_view(*location).substr(kOrigin.size());
    require(check_target_path(reference.substr(0, reference.find_first_of("?#")), EncodedSlashes::refuse).has_value(),
            "a path that we would forward");
    const auto path = fuzz::BrowserUrl::path_on_this_origin(reference, "/");
    require(path && path->starts_with(route.path), "below the route, as the browser reads it");
}
