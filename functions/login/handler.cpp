#include "functions/login/handler.h"

#include "codec/form.h"
#include "functions/login/id_token_hint.h"
#include "functions/login/login_request.h"
#include "http/error_response.h"
#include "http/respond.h"
#include "oauth/authorization_request.h"
#include "oauth/pkce.h"
#include "policy/cross_site.h"
#include "policy/login_answer.h"
#include "session/login_flow.h"
#include "session/session_cookie.h"

namespace vestibule {
namespace {

// The session this browser shows now; the callback ends it when the new one begins (checklist C28, L44).
std::optional<SessionKey> session_shown(const Request& request) {
    const CookieLookup lookup = find_cookie(request, kSessionCookieName);
    if (lookup.presence != CookieLookup::Presence::present) return std::nullopt;
    const auto cookie = SessionCookie::parse(lookup.value);
    if (!cookie) return std::nullopt;
    return cookie->key();
}

LoginFlow new_flow(const Request& request, const LoginRequest& asked, const ProviderWorld& world) {
    return {world.random.octets(kFlowIdOctets),
            world.clock.now(),
            asked.return_to.text(),
            asked.max_age,
            asked.acr_values,
            session_shown(request),
            asked.answer_by,
            asked.prompt == "none"};
}

AuthorizationRequest authorization_request(const LoginRequest& asked, const StartedFlow& started,
                                           std::optional<Secret> id_token_hint, const Config& config) {
    return {config.provider.client_id,
            config.url_of(config.paths.callback),
            config.provider.scope,
            started.state,
            started.secrets.nonce,
            code_challenge_s256(started.secrets.code_verifier),
            asked.prompt,
            asked.max_age,
            asked.acr_values,
            asked.login_hint,
            asked.ui_locales,
            std::move(id_token_hint),
            config.provider.response_mode,
            config.provider.resources,
            config.provider.authorization_parameters,
            started.secrets.dpop_key,
            std::nullopt};
}

Response send_to_provider(const Request& request, const std::string& url, const BrowserBinding& browser,
                          const Config& config) {
    Response response =
        is_navigation(request) ? redirect_response(url) : json_response(Json::object({{"authorizationUrl", url}}));
    response.headers.add("Set-Cookie", browser.set_cookie(config.provider.response_mode));
    return response;
}

// A frame only where nothing can be asked of the person in it, and where its answer may stand in one (checklist L26).
Result<void> check_place(const Request& request, const LoginRequest& asked, const LoginAnswer& answer) {
    if (!is_navigation(request)) return {};
    return asked.prompt == "none" ? answer.check_place(request) : check_top_level(request);
}

void log_refusal(const Error& error, Log& log) {
    log.warning("login.refused", {{"code", std::string(facts(error.code).name)}, {"reason", error.detail}});
}

// A provider that starts logins by itself sends its issuer along (third-party-initiated login, Core §4). That is not in
// this build, and whoever looks for the reason should find it.
Error name_initiator(Error error, const Request& request) {
    const auto query = Form::parse(request.query);
    if (query && query->has("iss")) error.detail += "; third-party-initiated login is not in this build";
    return error;
}

}  // namespace

Response handle_login(const Request& request, const ProviderWorld& world) {
    if (request.method != "GET") return method_not_allowed("GET");
    const auto refuse = [&](const Error& error) {
        log_refusal(error, world.log);
        return error_response(request, error, world.config.url_of(world.config.paths.app));
    };
    if (is_speculative(request)) return refuse({ErrorCode::unavailable, "prefetch", std::nullopt});
    const std::string origin = world.config.public_url.origin();
    if (auto ours = check_cross_site(request, origin, Navigation::allow); !ours)
        return refuse(name_initiator(ours.error(), request));
    const auto asked = parse_login_request(request.query, world.config);
    if (!asked) return refuse(asked.error());
    const LoginAnswer answer(asked->answer_by, world.config);
    if (auto place = check_place(request, *asked, answer); !place) return refuse(place.error());

    const BrowserBinding browser = BrowserBinding::of_or_new(request, world.random);
    const StartedFlow started =
        start_flow(new_flow(request, *asked, world), world.keys, world.random, browser, world.config.provider.issuer);
    const auto url = world.provider.authorization_url(
        authorization_request(*asked, started, id_token_hint(request, *asked, world), world.config));
    if (!url) {
        log_refusal(url.error(), world.log);
        return answer.not_begun(request, url.error());
    }
    world.log.info("login.started");
    return send_to_provider(request, *url, browser, world.config);
}

}  // namespace vestibule
