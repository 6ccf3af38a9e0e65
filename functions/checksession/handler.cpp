#include "functions/checksession/handler.h"

#include "http/respond.h"
#include "policy/cross_site.h"
#include "session/live_session.h"
#include "session/session_view.h"

namespace vestibule {
namespace {

Json links(const Paths& paths) {
    return Json::object({{"login", paths.login}, {"logout", paths.logout}, {"refresh", paths.refresh}});
}

// The configured claims and no others (checklist K03): a session may hold more, for the routes.
Json user(const Json& claims, const std::vector<std::string>& shown) {
    Json user = Json::object();
    for (const std::string& name : shown) {
        if (const Json* value = claims.find(name)) user.set(name, *value);
    }
    return user;
}

Response logged_in(const LiveSession& session, const SessionWorld& world) {
    return json_response(Json::object({{"loggedIn", true},
                                       {"user", user(session.claims(), world.config.session.claims)},
                                       {"session", session_view(session.row(), world.clock.now())},
                                       {"links", links(world.config.paths)}}));
}

Response not_logged_in(const SessionWorld& world) {
    return json_response(Json::object({{"loggedIn", false}, {"links", links(world.config.paths)}}));
}

}  // namespace

Response handle_checksession(const Request& request, const SessionWorld& world) {
    if (request.method != "GET" && request.method != "HEAD") return method_not_allowed("GET, HEAD");
    const auto ours = check_cross_site(request, world.config.public_url.origin(), Navigation::refuse);
    if (!ours) return problem_response(ours.error());
    const auto session = find_live_session(request, world.store, world.keys, world.clock.now());
    if (!session) return problem_response(session.error());
    return *session ? logged_in(**session, world) : not_logged_in(world);
}

}  // namespace vestibule
