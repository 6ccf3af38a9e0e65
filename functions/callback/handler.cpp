#include "functions/callback/handler.h"

#include "functions/callback/complete_login.h"
#include "functions/callback/read_response.h"
#include "http/error_response.h"
#include "http/respond.h"
#include "policy/login_answer.h"
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

// Validated when the flow began, and again now (checklist L24).
ReturnPath path_of(const LoginFlow& flow, const Config& config) {
    return ReturnPath::parse(flow.return_to).value_or(app_path(config));
}

// What came back, and the login it belongs to.
struct Returned {
    AuthorizationResponse response;
    ResumedFlow resumed;
};

Result<Returned> take_up(const Request& request, const ProviderWorld& world) {
    auto response = read_response(request);
    if (!response) return failure(std::move(response.error()));
    const auto browser = BrowserBinding::of(request);
    if (!browser) return failure(ErrorCode::flow_invalid, "no login cookie");
    auto resumed = resume_flow(response->state, world.keys, *browser, world.config.provider.issuer, world.clock.now());
    if (!resumed) return failure(std::move(resumed.error()));
    return Returned{*std::move(response), *std::move(resumed)};
}

Result<void> check_issuer(const AuthorizationResponse& response, const Deadline& until, const ProviderWorld& world) {
    const auto metadata = world.provider.metadata(until);
    if (!metadata) return failure(ErrorCode::unavailable, metadata.error().detail);
    return check_response_issuer(response, metadata->issuer, metadata->iss_parameter_supported);
}

// Whatever it takes of the provider and the store, in the time of one call to the provider (checklist C38).
Result<Landing> land(const Returned& returned, const ProviderWorld& world) {
    const Deadline until(world.clock, world.config.provider.timeout);
    if (auto issuer = check_issuer(returned.response, until, world); !issuer) return failure(issuer.error());
    auto outcome = complete_login(returned.response, returned.resumed, until, world);
    if (!outcome) return failure(outcome.error());
    const ReturnPath path = path_of(returned.resumed.flow, world.config);
    if (auto* logged_in = std::get_if<LoggedIn>(&*outcome)) return Landing{path, std::move(logged_in->cookie)};
    return Landing{path, std::nullopt};
}

bool is_logged_in(const Request& request, const ProviderWorld& world) {
    const auto session = find_live_session(request, world.store, world.keys, world.clock.now());
    return session && *session;
}

void log_failure(const Error& error, Log& log) {
    log.warning("login.failed", {{"code", std::string(facts(error.code).name)}, {"reason", error.detail}});
}

// Nothing we know of belongs to this response, so nobody knows who waits for an answer: an old page, the back button.
// Whoever is logged in need not hear of it.
Response answer_stray(const Request& request, const Error& error, const LoginAnswer& answer,
                      const ProviderWorld& world) {
    log_failure(error, world.log);
    return is_logged_in(request, world) ? answer.used_before(app_path(world.config)) : answer.failed(error.code);
}

// The login failed. This is told to who is still logged in, too: they asked for more than they have (a stronger or
// newer login, RFC 9470), and an app that heard nothing would ask again for ever (checklist C12).
Response answer_failure(const Error& error, const LoginAnswer& answer, Log& log) {
    log_failure(error, log);
    return answer.failed(error.code);
}

Response answer_success(const Landing& landing, const LoginAnswer& answer) {
    if (!landing.session) return answer.used_before(landing.path);
    Response response = answer.succeeded(landing.path);
    response.headers.add("Set-Cookie", landing.session->set_cookie());
    return response;
}

void log_refusal(const Error& error, Log& log) {
    log.warning("login.refused", {{"code", std::string(facts(error.code).name)}, {"reason", error.detail}});
}

// Most often a provider that does not heed response_mode, or another one than it was configured for.
Response refuse_method(ResponseMode mode, Log& log) {
    const std::string method(method_of(mode));
    const std::string setting = mode == ResponseMode::query ? "query" : "form_post";
    log_refusal({ErrorCode::bad_request,
                 "the answer did not come by " + method + ": provider.responseMode is " + setting, std::nullopt},
                log);
    return method_not_allowed(method);
}

Response refuse(const Request& request, const Error& error, const ProviderWorld& world) {
    log_refusal(error, world.log);
    return error_response(request, error, world.config.url_of(world.config.paths.app));
}

}  // namespace

Response handle_callback(const Request& request, const ProviderWorld& world) {
    const ResponseMode mode = world.config.provider.response_mode;
    if (!may_carry_response(request, mode)) return refuse_method(mode, world.log);
    if (is_speculative(request)) return refuse(request, {ErrorCode::unavailable, "prefetch", std::nullopt}, world);
    const auto returned = take_up(request, world);
    const LoginAnswer answer(returned ? returned->resumed.flow.answer_by : AnswerBy::redirect, world.config);
    if (auto place = answer.check_place(request); !place) return refuse(request, place.error(), world);
    if (!returned) return answer_stray(request, returned.error(), answer, world);
    const auto landing = land(*returned, world);
    if (!landing) return answer_failure(landing.error(), answer, world.log);
    return answer_success(*landing, answer);
}

}  // namespace vestibule
