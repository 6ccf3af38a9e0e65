#include "functions/login/handler.h"

#include "functions/login/login_request.h"
#include "http/error_response.h"
#include "http/respond.h"
#include "oauth/authorization_request.h"
#include "oauth/pkce.h"
#include "policy/cross_site.h"
#include "session/login_flow.h"
#include "session/session_cookie.h"

namespace vestibule {
namespace {

constexpr std::size_t kFlowIdOctets = 16;

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
            session_shown(request)};
}

AuthorizationRequest authorization_request(const LoginRequest& asked, const StartedFlow& started,
                                           const Config& config) {
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
            asked.ui_locales};
}

Response send_to_provider(const Request& request, const std::string& url, const BrowserBinding& browser) {
    Response response =
        is_navigation(request) ? redirect_response(url) : json_response(Json::object({{"authorizationUrl", url}}));
    response.headers.add("Set-Cookie", browser.set_cookie());
    return response;
}

Result<void> admit(const Request& request, const Config& config) {
    if (auto ours = check_cross_site(request, config.public_url.origin(), Navigation::allow); !ours) return ours;
    if (!is_navigation(request)) return {};
    return check_top_level(request);
}

}  // namespace

Response handle_login(const Request& request, const ProviderWorld& world) {
    if (request.method != "GET") return method_not_allowed("GET");
    const auto refuse = [&](const Error& error) {
        world.log.warning("login.refused", {{"code", std::string(facts(error.code).name)}, {"reason", error.detail}});
        return error_response(request, error, world.config.url_of(world.config.paths.app));
    };
    if (is_speculative(request)) return refuse({ErrorCode::unavailable, "prefetch", std::nullopt});
    if (auto admitted = admit(request, world.config); !admitted) return refuse(admitted.error());
    const auto asked = parse_login_request(request.query, world.config);
    if (!asked) return refuse(asked.error());
    const auto metadata = world.provider.metadata();
    if (!metadata) return refuse(metadata.error());

    const BrowserBinding browser = BrowserBinding::of_or_new(request, world.random);
    const StartedFlow started =
        start_flow(new_flow(request, *asked, world), world.keys, world.random, browser, world.config.provider.issuer);
    world.log.info("login.started");
    const std::string url = authorization_url(*metadata, authorization_request(*asked, started, world.config));
    return send_to_provider(request, url, browser);
}

}  // namespace vestibule
