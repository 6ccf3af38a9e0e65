#include "session/live_session.h"

#include <algorithm>

#include "session/provider_limits.h"
#include "session/session_sealing.h"

namespace vestibule {
namespace {

tl::unexpected<Error> does_not_open(std::string_view field) {
    return failure(ErrorCode::no_session, "sealed field does not open: " + std::string(field));
}

std::optional<SessionCookie> cookie_of(const Request& request) {
    const CookieLookup lookup = find_cookie(request, kSessionCookieName);
    if (lookup.presence != CookieLookup::Presence::present) return std::nullopt;
    return SessionCookie::parse(lookup.value);
}

}  // namespace

Result<AccessToken> LiveSession::access_token(const KeyRing& keys) const {
    auto token = open_access_token(keys, cookie_, row_.sealed);
    if (!token) return does_not_open("access_token");
    return *std::move(token);
}

Result<TokenSet> LiveSession::tokens(const KeyRing& keys) const { return tokens_in(row_, cookie_, keys); }

LiveSession LiveSession::with_row(SessionRow row) const { return LiveSession(cookie_, std::move(row), claims_); }

LiveSession LiveSession::with_row(SessionRow row, Json claims) const {
    return LiveSession(cookie_, std::move(row), std::move(claims));
}

Result<std::optional<LiveSession>> find_live_session(const Request& request, SessionStore& store, const KeyRing& keys,
                                                     WallTime now) {
    auto cookie = cookie_of(request);
    if (!cookie) return std::nullopt;
    auto row = store.find(cookie->key(), now);
    if (!row) return failure(row.error());
    if (!*row) return std::nullopt;
    auto claims = open_claims(keys, *cookie, (*row)->sealed);
    if (!claims) return std::nullopt;
    const auto end = end_of(limits_in(*claims), (*row)->access_expires_at);
    if (end && *end <= now) return std::nullopt;
    return LiveSession(*std::move(cookie), **std::move(row), *std::move(claims));
}

std::vector<SessionCookie> shown_sessions(const Request& request) {
    std::vector<SessionCookie> cookies;
    for (std::string_view value : all_cookies(request, kSessionCookieName)) {
        if (auto cookie = SessionCookie::parse(value)) cookies.push_back(*std::move(cookie));
    }
    return cookies;
}

Result<TokenSet> tokens_in(const SessionRow& row, const SessionCookie& cookie, const KeyRing& keys) {
    auto access = open_access_token(keys, cookie, row.sealed);
    if (!access) return does_not_open("access_token");
    auto others = open_refresh_and_id_token(keys, cookie, row.sealed);
    if (!others) return does_not_open("refresh_and_id_token");
    TokenSet tokens;
    tokens.access_token = std::move(access->text);
    tokens.access_expires_at = row.access_expires_at;
    tokens.access_lifetime = row.access_lifetime;
    tokens.refresh_token = std::move(others->refresh_token);
    tokens.id_token = std::move(others->id_token);
    tokens.dpop_key = std::move(access->dpop_key);
    return tokens;
}

Result<void> touch_session(const LiveSession& session, SessionStore& store, Seconds idle, WallTime now) {
    WallTime moved = std::min(now + idle, session.row().expires_at);
    if (const auto end = end_of(limits_in(session.claims()), session.row().access_expires_at))
        moved = std::min(moved, *end);
    if (moved - session.row().idle_expires_at < std::max(idle / 10, Seconds{1})) return {};
    auto touched = store.touch(session.key(), moved, now);
    if (!touched) return failure(touched.error());
    return {};
}

}  // namespace vestibule
