// Which route a path belongs to and where it leads (policy/route_match.h): below that route's upstream and no other.
#include "policy/route_match.h"

#include "codec/percent.h"
#include "http/url.h"
#include "policy/target_path.h"
#include "tests/fuzz/browser_url.h"
#include "tests/fuzz/fuzz_target.h"

using namespace vestibule;
using fuzz::require;

namespace {

Route route(const char* path, const char* upstream) {
    Route made;
    made.path = path;
    made.upstream = upstream;
    return made;
}

const std::vector<Route>& routes() {
    static const auto made = [] {
        std::vector<Route> routes{
            route("/api/", "https://orders.internal/v1/"), route("/api/admin/", "https://admin.internal/"),
            route("/api/admin/keys/", "http://localhost:8443/keys/"), route("/files/", "https://files.internal/")};
        routes[0].methods = {"GET", "TRACE"};
        routes[3].encoded_slashes = true;
        return routes;
    }();
    return made;
}

// As a careless upstream reads: decoded, without parameters, without case.
std::string careless(std::string_view path) {
    std::string result;
    bool in_parameter = false;
    for (const char c : percent_decode(path).value_or("")) {
        if (c == '/') in_parameter = false;
        if (c == ';') in_parameter = true;
        if (!in_parameter) result += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    }
    return result;
}

}  // namespace

FUZZ_TARGET(route_match) {
    const std::string_view path = input.substr(0, input.find('?'));
    const std::string_view query = input.substr(std::min(path.size() + 1, input.size()));
    const Route* found = find_route(routes(), path);
    if (found == nullptr)
        return require(!path.starts_with("/api/") && !path.starts_with("/files/"), "no route is missed");
    require((std::string(path) + '/').starts_with(found->path), "a route of that path");
    require(!allows_method(*found, "TRACE") && !allows_method(*found, "CONNECT"), "never forwarded");

    const auto slashes = found->encoded_slashes ? EncodedSlashes::allow : EncodedSlashes::refuse;
    if (!check_target_path(path, slashes) || !check_target_query(query)) return;
    const std::string target = upstream_url(*found, path, query);
    const auto url = parse_url(std::string_view(target).substr(0, target.find('?')));
    const auto upstream = parse_url(found->upstream);
    require(url && url->origin() == upstream->origin(), "the configured authority");
    require((url->path + '/').starts_with(upstream->path), "below the upstream's path");
    require(query.empty() || target.ends_with('?' + std::string(query)), "with the query as it is");
    const auto normalised = fuzz::BrowserUrl::path_on_this_origin(url->path.empty() ? "/" : url->path, "/");
    require(normalised && (*normalised + '/').starts_with(upstream->path), "also for whoever normalises");

    if (every_reading_leads_to(*found, routes(), path))
        require(find_route(routes(), careless(path)) == found, "a careless reader finds the same route");
}
