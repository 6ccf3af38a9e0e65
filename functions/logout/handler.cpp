#include "functions/logout/handler.h"

#include "codec/base64url.h"
#include "http/error_response.h"
#include "http/respond.h"
#include "oauth/end_session_request.h"
#include "policy/cross_site.h"
#include "session/live_session.h"

namespace vestibule {
namespace {

constexpr Milliseconds kRevokeAtMost{2'000};

// The tokens of the session that is to end, for revocation, where there is one and it opens.
Result<std::optional<TokenSet>> tokens_to_revoke(const Request& request, const ProviderWorld& world) {
    const auto session = find_live_session(request, world.store, world.keys, world.clock.now());
    if (!session) return failure(session.error());
    if (!*session) return std::nullopt;
    auto tokens = (*session)->tokens(world.keys);
    if (!tokens) return std::nullopt;
    return *std::move(tokens);
}

// Every session the browser shows ends, whether or not its fields open: who asks to be logged out is logged out.
Result<void> end_shown_sessions(const Request& request, const ProviderWorld& world) {
    for (const SessionKey& key : shown_sessions(request)) {
        const auto erased = world.store.erase(key, world.clock.now());
        if (!erased) return failure(erased.error());
        if (!*erased) continue;
        world.log.info("session.ended",
                       {{"reason", std::string("logout")}, {"session_hash", hex_encode(key.octets).substr(0, 16)}});
    }
    return {};
}

// The local session is gone before anything else happens (checklist O01). What it held is returned for revocation.
Result<std::optional<TokenSet>> end_local_session(const Request& request, const ProviderWorld& world) {
    auto tokens = tokens_to_revoke(request, world);
    if (!tokens) return tokens;
    if (auto ended = end_shown_sessions(request, world); !ended) return failure(ended.error());
    return tokens;
}

std::optional<std::string> provider_logout_url(const std::optional<TokenSet>& tokens, const ProviderWorld& world) {
    const auto metadata = world.provider.metadata();
    if (!metadata) return std::nullopt;  // the provider is down: the local logout stands
    EndSessionRequest end_session;
    if (tokens && world.config.provider.id_token_hint) end_session.id_token_hint = tokens->id_token;
    end_session.client_id = world.config.provider.client_id;
    end_session.post_logout_redirect_uri = world.config.url_of(world.config.paths.app);
    return end_session_url(*metadata, end_session);
}

Response logged_out(const Request& request, const std::optional<std::string>& provider_url, const Config& config) {
    Response response = is_navigation(request)
                            ? redirect_response(provider_url.value_or(config.url_of(config.paths.app)))
                            : json_response(Json::object({{"logoutUrl", provider_url ? Json(*provider_url) : Json()}}));
    response.headers.add("Set-Cookie", SessionCookie::deletion());
    return response;
}

}  // namespace

Response handle_logout(const Request& request, const ProviderWorld& world) {
    if (request.method != "POST" && request.method != "GET") return method_not_allowed("GET, POST");
    const auto refuse = [&](const Error& error) {
        return error_response(request, error, world.config.url_of(world.config.paths.app));
    };
    if (is_speculative(request)) return refuse({ErrorCode::unavailable, "prefetch", std::nullopt});
    const Navigation navigation = is_navigation(request) ? Navigation::allow : Navigation::refuse;
    const auto ours = check_cross_site(request, world.config.public_url.origin(), navigation);
    if (!ours) return refuse(ours.error());
    // GET changes something here, so only a person's own navigation may do it (checklist O02, S40).
    if (request.method == "GET" && !is_navigation(request)) return method_not_allowed("POST");
    const auto tokens = end_local_session(request, world);
    if (!tokens) return refuse(tokens.error());
    if (*tokens) world.provider.revoke(**tokens, kRevokeAtMost);
    return logged_out(request, provider_logout_url(*tokens, world), world.config);
}

}  // namespace vestibule
