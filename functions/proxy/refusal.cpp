#include "functions/proxy/refusal.h"

#include "http/respond.h"
#include "policy/route_match.h"

namespace vestibule {
namespace {

void log_refusal(const Error& error, Log& log) {
    log.warning("proxy.refused", {{"code", std::string(facts(error.code).name)}, {"reason", error.detail}});
}

Json links(const Config& config) { return Json::object({{"links", Json::object({{"login", config.paths.login}})}}); }

}  // namespace

Response refusal(const Request& request, const Error& error, const Config& config) {
    if (is_navigation(request)) return error_page(error, config.url_of(config.paths.app));
    const bool needs_login = error.code == ErrorCode::no_session || error.code == ErrorCode::session_ended;
    return needs_login ? problem_response(error, links(config)) : problem_response(error);
}

Response refuse(const Request& request, const Error& error, const ProviderWorld& world) {
    log_refusal(error, world.log);
    return refusal(request, error, world.config);
}

Response refuse_method(const Route& route, const ProviderWorld& world) {
    log_refusal({ErrorCode::method_not_allowed, route.path, std::nullopt}, world.log);
    return method_not_allowed(allowed_methods(route));
}

}  // namespace vestibule
