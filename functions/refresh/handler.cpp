#include "functions/refresh/handler.h"

#include "http/respond.h"
#include "policy/cross_site.h"
#include "session/live_session.h"
#include "session/session_view.h"
#include "world/refresh_with_provider.h"

namespace vestibule {
namespace {

Response session_response(const SessionRow& row, WallTime now) { return json_response(session_view(row, now)); }

}  // namespace

Response handle_refresh(const Request& request, const ProviderWorld& world) {
    if (request.method != "POST") return method_not_allowed("POST");
    const auto ours = check_cross_site(request, world.config.public_url.origin(), Navigation::refuse);
    if (!ours) return problem_response(ours.error());
    const WallTime now = world.clock.now();
    const auto session = find_live_session(request, world.store, world.keys, now);
    if (!session) return problem_response(session.error());
    if (!*session) return problem_response({ErrorCode::no_session, "", std::nullopt});
    const auto refreshed = refresh_with_provider(**session, RefreshReason::asked_for, world);
    if (!refreshed) return problem_response(refreshed.error());
    return session_response(refreshed->row(), world.clock.now());
}

}  // namespace vestibule
