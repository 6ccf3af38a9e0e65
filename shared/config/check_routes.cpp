// Routes against everything else. A part that had a problem of its own is empty here and left alone.
#include "config/path_rules.h"
#include "config/settings.h"

namespace vestibule {
namespace {

std::string place_of(std::size_t index, std::string_view name) {
    return "routes[" + std::to_string(index) + "]." + std::string(name);
}

void check_against_functions(const Route& route, std::size_t index, const Paths& paths, Findings& findings) {
    for (const std::string* path : {&paths.login, &paths.callback, &paths.checksession, &paths.userinfo, &paths.refresh,
                                    &paths.logout, &paths.backchannel}) {
        if (!is_taken_by_route(*path, route.path)) continue;
        findings.problem(place_of(index, "path"), "takes " + *path + ", which is one of \"paths\"; choose another");
        return;
    }
}

void check_against_others(const std::vector<Route>& routes, std::size_t index, Findings& findings) {
    for (std::size_t other = 0; other < index; ++other) {
        if (routes[other].path != routes[index].path) continue;
        findings.problem(place_of(index, "path"), "is the same as that of routes[" + std::to_string(other) + "]");
        return;
    }
}

void check_upstream(const Route& route, std::size_t index, const Config& config, Findings& findings) {
    const auto upstream = parse_url(route.upstream);
    if (!upstream) return;
    if (!config.public_url.host.empty() && upstream->origin() == config.public_url.origin()) {  // checklist P19
        findings.problem(place_of(index, "upstream"), "is publicUrl's own origin: requests would go round in circles");
    }
    const auto issuer = parse_url(config.provider.issuer);
    if (issuer && is_same_party(*upstream, *issuer)) {  // checklist P58
        findings.problem(place_of(index, "upstream"),
                         "is the provider's own host: its endpoints must not be reachable through the proxy with the "
                         "user's token; give the API a host name of its own");
    }
}

// RFC 8705 §3 (checklist A12).
void check_certificate(const Route& route, std::size_t index, const Config& config, Findings& findings) {
    if (!route.client_certificate) return;
    const std::string place = place_of(index, "clientCertificate");
    if (!config.provider.auth.presents_certificate())
        findings.problem(place, "needs \"provider.clientAuth.certificateFile\"; name the certificate to present");
    const auto upstream = parse_url(route.upstream);
    if (upstream && upstream->scheme == "http")
        findings.problem(place, "needs an \"upstream\" with https: a certificate is only presented over TLS");
}

}  // namespace

void check_routes(const Config& config, Findings& findings) {
    for (std::size_t i = 0; i < config.routes.size(); ++i) {
        const Route& route = config.routes[i];
        if (!route.path.empty()) {
            check_against_functions(route, i, config.paths, findings);
            check_against_others(config.routes, i, findings);
        }
        check_upstream(route, i, config, findings);
        check_certificate(route, i, config, findings);
    }
}

}  // namespace vestibule
