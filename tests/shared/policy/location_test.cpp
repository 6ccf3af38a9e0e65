#include "policy/location.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/text.h"

using namespace vestibule;

namespace {

std::string seen(std::string_view location) {
    Route route;
    route.path = "/api/orders/";
    route.upstream = "https://orders.internal/v1/";
    const Url ours = parse_url("https://app.example.com").value();
    return public_location(location, "https://orders.internal/v1/a/b?x=1", route, ours).value_or("nothing");
}

}  // namespace

Test(location, what_lies_below_the_upstream_is_shown_below_the_route_P36_H02) {
    const struct {
        const char* location;
        const char* expected;
    } rows[] = {
        {"https://orders.internal/v1/7", "https://app.example.com/api/orders/7"},
        {"HTTPS://Orders.Internal:443/v1/7?y=2#z", "https://app.example.com/api/orders/7?y=2#z"},
        {"//orders.internal/v1/7", "https://app.example.com/api/orders/7"},
        {"/v1/7", "https://app.example.com/api/orders/7"},
        {"/v1/", "https://app.example.com/api/orders/"},
        {"c", "https://app.example.com/api/orders/a/c"},
        {"c/d?y", "https://app.example.com/api/orders/a/c/d?y"},
        {"./c", "https://app.example.com/api/orders/a/c"},
        {"../c", "https://app.example.com/api/orders/c"},
        {"..", "https://app.example.com/api/orders/"},
        {"?y=2", "https://app.example.com/api/orders/a/b?y=2"},
        {"", "https://app.example.com/api/orders/a/b"},
        {"#z", "https://app.example.com/api/orders/a/b#z"},
        {"/v1/x%20y", "https://app.example.com/api/orders/x%20y"},
        {"https://app.example.com/api/orders/7", "https://app.example.com/api/orders/7"},
    };
    for (const auto& row : rows) cr_expect(eq(str, seen(row.location), text(row.expected)), "%s", row.location);
}

// Found by tests/fuzz/route_match: browsers leave a backslash in a query as it is.
Test(location, whatever_was_in_the_query_of_the_request_a_relative_location_resolves) {
    Route route;
    route.path = "/api/orders/";
    route.upstream = "https://orders.internal/v1/";
    const Url ours = parse_url("https://app.example.com").value();
    const auto location = public_location("c", "https://orders.internal/v1/a/b?x=\\/y", route, ours);
    cr_expect(eq(str, location.value_or("nothing"), text("https://app.example.com/api/orders/a/c")));
}

Test(location, everything_else_leads_nowhere_P36) {
    for (const char* location : {"http://169.254.169.254/",
                                 "http://orders.internal/v1/7",
                                 "https://orders.internal:8443/v1/7",
                                 "https://orders.internal/v2/7",
                                 "https://orders.internal/v1",
                                 "https://orders.internal/",
                                 "/v2/7",
                                 "/v1x/7",
                                 "/v1/../admin",
                                 "/v1/%2e%2e/admin",
                                 "../../admin",
                                 "/v1/..%2fadmin",
                                 "https://orders.internal.evil/v1/7",
                                 "https://orders.internal@evil/v1/7",
                                 "//evil/v1/7",
                                 "///evil",
                                 "\\\\evil",
                                 "/\\evil",
                                 "/v1//evil",
                                 "/v1/\\evil",
                                 "javascript:alert(1)",
                                 "data:text/html,x",
                                 "mailto:a@b",
                                 "https:",
                                 "https:/v1/7",
                                 "https://app.example.com/",
                                 "https://app.example.com/auth/logout",
                                 "https://app.example.com/api/orders/../../auth/logout",
                                 "https://app.example.com.evil/api/orders/7",
                                 "/v1/x y",
                                 "/v1/x\r\nSet-Cookie: a=b",
                                 "/v1/x#a b",
                                 "/v1/x?a\tb",
                                 "/v1/caf\xc3\xa9",
                                 "https://app.example.com:8443/api/orders/7",
                                 "a:b"}) {
        cr_expect(eq(str, seen(location), text("nothing")), "%s", location);
    }
}
