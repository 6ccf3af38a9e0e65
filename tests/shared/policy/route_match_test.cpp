#include "policy/route_match.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "http/url.h"
#include "tests/support/text.h"

using namespace vestibule;

namespace {

Route route(std::string path, std::string upstream) {
    Route result;
    result.path = std::move(path);
    result.upstream = std::move(upstream);
    return result;
}

const std::vector<Route>& routes() {
    static const std::vector<Route> all{route("/api/", "https://api.internal/v1/"),
                                        route("/api/admin/", "https://admin.internal/"),
                                        route("/files/", "https://files.internal/")};
    return all;
}

std::string prefix_of(std::string_view path) {
    const Route* found = find_route(routes(), path);
    return found ? found->path : "none";
}

bool is_clear(std::string_view path) {
    const Route* found = find_route(routes(), path);
    return found && every_reading_leads_to(*found, routes(), path);
}

}  // namespace

Test(route_match, prefixes_are_compared_on_segment_borders_P06) {
    const struct {
        const char* path;
        const char* expected;
    } rows[] = {
        {"/api/x", "/api/"},
        {"/api/", "/api/"},
        {"/api", "/api/"},
        {"/apix", "none"},
        {"/api-v2/x", "none"},
        {"/ap", "none"},
        {"/", "none"},
        {"", "none"},
        {"/API/x", "none"},
        {"api/x", "none"},
        {"/x/api/", "none"},
        {"//api/x", "none"},
        {"/api.", "none"},
        {"/api;x", "none"},
        {"/api%2fx", "none"},
        {"/api/adminx", "/api/"},
        {"/api/admin", "/api/admin/"},
        {"/api/admin/", "/api/admin/"},
        {"/api/admin/x", "/api/admin/"},
    };
    for (const auto& row : rows) cr_expect(eq(str, prefix_of(row.path), text(row.expected)), "%s", row.path);
}

Test(route_match, the_longest_prefix_wins_in_any_order_P06) {
    std::vector<Route> reversed(routes().rbegin(), routes().rend());
    cr_expect(eq(str, text(find_route(reversed, "/api/admin/x")->path), text("/api/admin/")));
    cr_expect(eq(str, text(find_route(reversed, "/api/x")->path), text("/api/")));
}

Test(route_match, a_path_that_a_looser_reader_finds_under_another_route_is_told_apart_P05) {
    for (const char* path :
         {"/api/x", "/api/admin/x", "/api/admin", "/api/adminx", "/api/a%20b", "/api/x;y=1", "/files/API/x",
          "/api/%C3%A9", "/files/api/admin", "/api/x.", "/api/x%20/y.", "/api/...", "/api/%20", "/api/.admin/x"}) {
        cr_expect(is_clear(path), "%s", path);
    }
    for (const char* path : {"/api/Admin/x", "/api/ADMIN", "/api/admin;x/y", "/api/admin;x", "/api/%61dmin/x",
                             "/api/admin%2Fx", "/api/Admin;a=1/x", "/api/admin./x", "/api/admin.", "/api/admin%20/x",
                             "/api/admin%20", "/api/admin.%20.%20/x", "/api/admin...;a=1/x", "/api/admin%20;a/x",
                             "/api/Admin./x", "/api/.../admin/x", "/api/%20/admin", "/api/admin%20%2Fx"}) {
        cr_expect(not(is_clear(path)), "%s", path);
    }
}

Test(route_match, methods_are_the_routes_own_and_some_are_never_forwarded_P03_P42) {
    Route some = routes()[0];
    some.methods = {"GET", "POST", "TRACE", "OPTIONS", "CONNECT"};
    cr_expect(allows_method(some, "GET"));
    cr_expect(allows_method(some, "POST"));
    for (const char* method : {"get", "HEAD", "DELETE", "TRACE", "CONNECT", "OPTIONS", "", "GET "}) {
        cr_expect(not(allows_method(some, method)), "%s", method);
    }
    cr_expect(eq(str, allowed_methods(some), text("GET, POST, OPTIONS")));
}

Test(route_match, path_and_query_are_appended_octet_for_octet_P05) {
    const Route& api = routes()[0];
    cr_expect(eq(str, upstream_url(api, "/api/a%20b;c/%C3%A9", "x=%2F&y=[1]&&z"),
                 text("https://api.internal/v1/a%20b;c/%C3%A9?x=%2F&y=[1]&&z")));
    cr_expect(eq(str, upstream_url(api, "/api/", std::nullopt), text("https://api.internal/v1/")));
    cr_expect(eq(str, upstream_url(api, "/api/", ""), text("https://api.internal/v1/?")));
    cr_expect(eq(str, upstream_url(api, "/api", "q"), text("https://api.internal/v1?q")));
}

Test(route_match, no_request_names_the_upstreams_authority_P04) {
    for (const char* path : {"/api/@evil", "/api/:80@evil/x", "/api/https://evil/", "/api/.evil", "/api/evil:443"}) {
        const auto url = parse_url(upstream_url(routes()[0], path, "u=@evil"));
        cr_assert(url.has_value(), "%s", path);
        cr_expect(eq(str, text(url->host), text("api.internal")), "%s", path);
    }
}
