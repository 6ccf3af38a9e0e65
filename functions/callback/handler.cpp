#include "functions/callback/handler.h"

#include "codec/form.h"
#include "functions/callback/complete_login.h"
#include "http/error_response.h"
#include "http/respond.h"
#include "oauth/authorization_response.h"
#include "policy/cross_site.h"
#include "policy/return_path.h"
#include "session/live_session.h"
#include "session/login_flow.h"

namespace vestibule {
namespace {

// What the response turned out to be worth.
struct Landing {
    ReturnPath path;
    std::optional<SessionCookie> session;  // absent: nothing new, the app asks checksession
};

ReturnPath app_path(const Config& config) {
    static const ReturnPath root = ReturnPath::parse("/").value();
    return ReturnPath::parse(config.paths.app).value_or(root);
}

// Validated when the flow began, and again now (checklist L24).
ReturnPath path_of(const LoginFlow& flow, const Config& config) {
    return ReturnPath::parse(flow.return_to).value_or(app_path(config));
}

Result<AuthorizationResponse> read_response(const Request& request) {
    const auto parameters = Form::parse(request.query);
    if (!parameters) return failure(ErrorCode::flow_invalid, "the query does not parse");
    return parse_authorization_response(*parameters);
}

Result<ResumedFlow> resume(const Request& request, const AuthorizationResponse& response, const ProviderWorld& world) {
    const auto browser = BrowserBinding::of(request);
    if (!browser) return failure(ErrorCode::flow_invalid, "no login cookie");
    return resume_flow(response.state, world.keys, *browser, world.config.provider.issuer, world.clock.now());
}

Result<void> check_issuer(const AuthorizationResponse& response, const ProviderWorld& world) {
    const auto metadata = world.provider.metadata();
    if (!metadata) return failure(ErrorCode::unavailable, metadata.error().detail);
    return check_response_issuer(response, metadata->issuer, metadata->iss_parameter_supported);
}

Result<Landing> land(const Request& request, const ProviderWorld& world) {
    const auto response = read_response(request);
    if (!response) return failure(response.error());
    const auto resumed = resume(request, *response, world);
    if (!resumed) return failure(resumed.error());
    if (auto issuer = check_issuer(*response, world); !issuer) return failure(issuer.error());
    auto outcome = complete_login(*response, *resumed, world);
    if (!outcome) return failure(outcome.error());
    const ReturnPath path = path_of(resumed->flow, world.config);
    if (auto* logged_in = std::get_if<LoggedIn>(&*outcome)) return Landing{path, std::move(logged_in->cookie)};
    return Landing{path, std::nullopt};
}

bool is_logged_in(const Request& request, const ProviderWorld& world) {
    const auto session = find_live_session(request, world.store, world.keys, world.clock.now());
    return session && *session;
}

Response land_with_error(const Request& request, const Error& error, const ProviderWorld& world) {
    const std::string code(facts(error.code).name);
    world.log.warning("login.failed", {{"code", code}, {"reason", error.detail}});
    const ReturnPath app = app_path(world.config);
    if (is_logged_in(request, world)) return redirect_response(world.config.url_of(app.text()));
    return redirect_response(world.config.url_of(app.with_parameter("auth_error", code)));
}

Response refuse(const Request& request, const Error& error, const ProviderWorld& world) {
    world.log.warning("login.refused", {{"code", std::string(facts(error.code).name)}, {"reason", error.detail}});
    return error_response(request, error, world.config.url_of(world.config.paths.app));
}

}  // namespace

Response handle_callback(const Request& request, const ProviderWorld& world) {
    if (request.method != "GET") return method_not_allowed("GET");
    if (is_speculative(request)) return refuse(request, {ErrorCode::unavailable, "prefetch", std::nullopt}, world);
    if (auto top = check_top_level(request); !top) return refuse(request, top.error(), world);
    const auto landing = land(request, world);
    if (!landing) return land_with_error(request, landing.error(), world);
    Response response = redirect_response(world.config.url_of(landing->path.text()));
    if (landing->session) response.headers.add("Set-Cookie", landing->session->set_cookie());
    return response;
}

}  // namespace vestibule
