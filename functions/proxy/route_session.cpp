#include "functions/proxy/route_session.h"

#include "policy/required_claims.h"
#include "world/refresh_with_provider.h"

namespace vestibule {
namespace {

bool looks_at_session(const Route& route) { return route.token != TokenKind::none || !route.require.empty(); }

bool needs_session(const Route& route) { return route.token == TokenKind::user || !route.require.empty(); }

Result<LiveSession> refreshed(const LiveSession& session, const Route& route, const ProviderWorld& world) {
    if (route.token == TokenKind::none || !needs_refresh(session.row(), world.clock.now())) return session;
    return refresh_with_provider(session, RefreshReason::expiring, world);
}

void touch(const LiveSession& session, const ProviderWorld& world) {
    const auto touched = touch_session(session, world.store, world.config.session.idle, world.clock.now());
    if (!touched) world.log.warning("proxy.session_not_touched", {{"reason", touched.error().detail}});
}

}  // namespace

Result<std::optional<LiveSession>> session_for(const Route& route, const Request& request, const ProviderWorld& world) {
    if (!looks_at_session(route)) return std::nullopt;
    auto found = find_live_session(request, world.store, world.keys, world.clock.now());
    if (!found) return failure(found.error());
    if (!*found) {
        if (needs_session(route)) return failure(ErrorCode::no_session, "no live session");
        return std::nullopt;
    }
    if (auto claims = check_required_claims((*found)->claims(), route.require); !claims) {
        return failure(claims.error());
    }
    return found;
}

Result<std::optional<LiveSession>> with_living_token(const std::optional<LiveSession>& session, const Route& route,
                                                     const ProviderWorld& world) {
    if (!session) return std::nullopt;
    auto living = refreshed(*session, route, world);
    if (!living) return failure(living.error());
    touch(*living, world);
    return *std::move(living);
}

}  // namespace vestibule
