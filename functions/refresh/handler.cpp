#include "functions/refresh/handler.h"

#include <algorithm>

#include "http/respond.h"
#include "policy/cross_site.h"
#include "session/live_session.h"
#include "session/session_view.h"
#include "world/refresh_with_provider.h"

namespace vestibule {
namespace {

constexpr Seconds kCoolDown{5};

// Several tabs that ask at once, or a page in a loop, cost one token request (checklist R13).
bool was_just_refreshed(const SessionRow& row, WallTime now) {
    const WallTime issued_at = row.access_expires_at - row.access_lifetime;
    return now - issued_at < std::min(kCoolDown, row.access_lifetime / 4);
}

Response session_response(const SessionRow& row, WallTime now) { return json_response(session_view(row, now)); }

Response refused(const Error& error) {
    Response response = problem_response(error);
    if (error.code == ErrorCode::session_ended) response.headers.add("Set-Cookie", SessionCookie::deletion());
    return response;
}

}  // namespace

Response handle_refresh(const Request& request, const ProviderWorld& world) {
    if (request.method != "POST") return method_not_allowed("POST");
    const auto ours = check_cross_site(request, world.config.public_url.origin(), Navigation::refuse);
    if (!ours) return problem_response(ours.error());
    const WallTime now = world.clock.now();
    const auto session = find_live_session(request, world.store, world.keys, now);
    if (!session) return problem_response(session.error());
    if (!*session) return problem_response({ErrorCode::no_session, "", std::nullopt});
    if (was_just_refreshed((*session)->row(), now)) return session_response((*session)->row(), now);
    const auto refreshed = refresh_with_provider(**session, RefreshReason::asked_for, world);
    if (!refreshed) return refused(refreshed.error());
    return session_response(refreshed->row(), world.clock.now());
}

}  // namespace vestibule
