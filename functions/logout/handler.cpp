#include "functions/logout/handler.h"

#include "codec/base64url.h"
#include "codec/form.h"
#include "functions/logout/return_state.h"
#include "http/error_response.h"
#include "http/respond.h"
#include "oauth/end_session_request.h"
#include "policy/cross_site.h"
#include "policy/return_path.h"
#include "provider/deadline.h"
#include "session/index_keys.h"
#include "session/live_session.h"
#include "session/login_flow.h"

namespace vestibule {
namespace {

constexpr Milliseconds kRevokeAtMost{2'000};

enum class Scope { this_browser, everywhere };

// What the request asks besides the end of its session.
struct LogoutRequest {
    std::optional<ReturnPath> return_to;
    Scope scope = Scope::this_browser;
};

Result<LogoutRequest> read_logout_request(const Request& request) {
    const auto form = Form::parse(request.query);
    if (!form) return failure(form.error());
    LogoutRequest asked;
    const auto return_to = form->single("returnTo");
    if (!return_to) return failure(ErrorCode::bad_return_to, "given twice");
    if (*return_to) {
        asked.return_to = ReturnPath::parse(**return_to);
        if (!asked.return_to) return failure(ErrorCode::bad_return_to, "not a local path");
    }
    const auto everywhere = form->single("everywhere");
    if (!everywhere || (*everywhere && **everywhere != "true"))
        return failure(ErrorCode::bad_request, "everywhere is \"true\" or absent");
    // Whoever follows a link does not confirm that much: a page of the app asks first, and posts (checklist O16).
    if (*everywhere && request.method != "POST") return failure(ErrorCode::bad_request, "everywhere takes a POST");
    if (*everywhere) asked.scope = Scope::everywhere;
    return asked;
}

// Every session of the user but the one shown, and their logins under way. False where there is no session shown:
// nobody knows whose sessions to end.
Result<bool> end_the_users_others(const Request& request, const ProviderWorld& world) {
    const WallTime now = world.clock.now();
    const auto session = find_live_session(request, world.store, world.keys, now);
    if (!session) return failure(session.error());
    if (!*session) return false;
    const auto subs =
        sub_index_keys(world.keys, world.config.provider.issuer, (*session)->claims().string_at("sub").value_or(""));
    const auto ended = world.store.end_sub(subs, (*session)->key(), now + 2 * kLoginFlowLifetime, now);
    if (!ended) return failure(ended.error());
    world.log.info("session.ended",
                   {{"reason", std::string("logout everywhere")}, {"count", static_cast<std::int64_t>(*ended)}});
    return true;
}

// Every session the browser shows ends, whether or not its fields open: who asks to be logged out is logged out. What
// they held when they ended, where it opens: not what they held before, a refresh may have come in between (checklist
// R15). They are in `held` also where a later one could not be ended.
Result<void> end_shown_sessions(const Request& request, const ProviderWorld& world, std::vector<TokenSet>& held) {
    for (const SessionCookie& cookie : shown_sessions(request)) {
        const auto ended = world.store.erase(cookie.key(), world.clock.now());
        if (!ended) return failure(ended.error());
        if (!*ended) continue;
        world.log.info("session.ended", {{"reason", std::string("logout")},
                                         {"session_hash", hex_encode(cookie.key().octets).substr(0, 16)}});
        if (auto tokens = tokens_in(**ended, cookie, world.keys)) held.push_back(*std::move(tokens));
    }
    return {};
}

// Best effort, and within one limit for all.
void revoke(const std::vector<TokenSet>& held, const ProviderWorld& world) {
    const Deadline until(world.clock, kRevokeAtMost);
    for (const TokenSet& tokens : held) {
        if (!until.over()) world.provider.revoke(tokens, until.left());
    }
}

// The local sessions are gone before anything else happens (checklist O01), the shown one last: who is told 503 can ask
// for everywhere once more. Then what the shown ones held is revoked; that is returned.
// Fails with no_session where every session of the user is to end and nothing says whose that are.
Result<std::vector<TokenSet>> end_and_revoke(const Request& request, Scope scope, const ProviderWorld& world) {
    const auto others = scope == Scope::everywhere ? end_the_users_others(request, world) : Result<bool>(true);
    if (!others) return failure(others.error());
    std::vector<TokenSet> held;
    const auto ended = end_shown_sessions(request, world, held);
    revoke(held, world);
    if (!ended) return failure(ended.error());
    if (!*others) return failure(ErrorCode::no_session, "logout everywhere");
    return held;
}

std::optional<std::string> provider_logout_url(const std::vector<TokenSet>& held, const LogoutRequest& asked,
                                               const ProviderWorld& world) {
    const Config& config = world.config;
    const auto metadata = world.provider.metadata();
    if (!metadata) return std::nullopt;  // the provider is down: the local logout stands
    EndSessionRequest end_session;
    // Of several sessions nobody knows which one is meant (checklist S09).
    if (held.size() == 1 && config.provider.id_token_hint) end_session.id_token_hint = held.front().id_token;
    end_session.client_id = config.provider.client_id;
    end_session.post_logout_redirect_uri = config.url_of(config.paths.app);
    if (config.provider.post_logout == PostLogout::logout) {
        const auto app = ReturnPath::parse(config.paths.app);
        end_session.post_logout_redirect_uri = config.url_of(config.paths.logout);
        if (asked.return_to || app) end_session.state = logout_state(asked.return_to ? *asked.return_to : *app, world);
    }
    return end_session_url(*metadata, end_session);
}

// `Clear-Site-Data: "cache", "storage"`.
std::string quoted_list(const std::vector<std::string>& types) {
    std::string list;
    for (const std::string& type : types) list.append(list.empty() ? "\"" : ", \"").append(type).append("\"");
    return list;
}

Response logged_out(const Request& request, const std::optional<std::string>& provider_url, const LogoutRequest& asked,
                    const Config& config) {
    const std::string here = config.url_of(asked.return_to ? asked.return_to->text() : config.paths.app);
    Response response = is_navigation(request)
                            ? redirect_response(provider_url.value_or(here))
                            : json_response(Json::object({{"logoutUrl", provider_url ? Json(*provider_url) : Json()}}));
    response.headers.add("Set-Cookie", SessionCookie::deletion());
    const auto& forget = config.session.clear_site_data;
    if (!forget.empty()) response.headers.add("Clear-Site-Data", quoted_list(forget));
    return response;
}

// Whether the provider sends a person back: with a state, or from another site, which logs nobody out (checklist O07).
bool is_return_from_provider(const Request& request, const Config& config) {
    if (config.provider.post_logout != PostLogout::logout || request.method != "GET") return false;
    const auto form = Form::parse(request.query);
    if (form && form->has("state")) return true;
    return is_navigation(request) && request.headers.single("Sec-Fetch-Site") == "cross-site";
}

Response land(const Request& request, const ProviderWorld& world) {
    const auto form = Form::parse(request.query);
    const auto state = form ? form->single("state") : Result<std::optional<std::string>>(std::nullopt);
    return redirect_response(landing_after_logout(state && *state ? **state : std::string(), world));
}

}  // namespace

Response handle_logout(const Request& request, const ProviderWorld& world) {
    if (request.method != "POST" && request.method != "GET") return method_not_allowed("GET, POST");
    const auto refuse = [&](const Error& error) {
        return error_response(request, error, world.config.url_of(world.config.paths.app));
    };
    if (is_return_from_provider(request, world.config)) return land(request, world);
    if (is_speculative(request)) return refuse({ErrorCode::unavailable, "prefetch", std::nullopt});
    const Navigation navigation = is_navigation(request) ? Navigation::allow : Navigation::refuse;
    const auto ours = check_cross_site(request, world.config.public_url.origin(), navigation);
    if (!ours) return refuse(ours.error());
    // GET changes something here, so only a person's own navigation may do it (checklist O02, S40).
    if (request.method == "GET" && !is_navigation(request)) return method_not_allowed("POST");
    const auto asked = read_logout_request(request);
    if (!asked) return refuse(asked.error());
    const auto held = end_and_revoke(request, asked->scope, world);
    if (!held) return refuse(held.error());
    return logged_out(request, provider_logout_url(*held, *asked, world), *asked, world.config);
}

}  // namespace vestibule
