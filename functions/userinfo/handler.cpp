#include "functions/userinfo/handler.h"

#include "http/respond.h"
#include "policy/cross_site.h"
#include "session/live_session.h"
#include "world/refresh_with_provider.h"

namespace vestibule {
namespace {

Result<Json> ask_provider(const LiveSession& session, const ProviderWorld& world) {
    const auto access_token = session.access_token(world.keys);
    if (!access_token) return failure(access_token.error());
    return world.provider.userinfo(*access_token, session.claims().string_at("sub").value_or(""));
}

// With an access token that lives; if the provider rejects it all the same, once more with a new one.
Result<Json> fresh_claims(const LiveSession& session, const ProviderWorld& world) {
    LiveSession current = session;
    if (needs_refresh(session.row(), world.clock.now())) {
        auto refreshed = refresh_with_provider(session, RefreshReason::expiring, world);
        if (!refreshed) return failure(refreshed.error());
        current = *std::move(refreshed);
    }
    auto claims = ask_provider(current, world);
    if (claims || claims.error().code != ErrorCode::session_ended) return claims;
    auto renewed = refresh_with_provider(current, RefreshReason::token_rejected, world);
    if (!renewed) return failure(renewed.error());
    auto again = ask_provider(*renewed, world);
    if (!again && again.error().code == ErrorCode::session_ended) {
        return failure(ErrorCode::upstream_invalid, "the provider rejects even a new access token");
    }
    return again;
}

// What UserInfo said cannot be used: the provider's fault, and no reason to end the session.
Error outward(Error error) {
    if (error.code == ErrorCode::identity_rejected) error.code = ErrorCode::upstream_invalid;
    return error;
}

}  // namespace

Response handle_userinfo(const Request& request, const ProviderWorld& world) {
    if (request.method != "GET") return method_not_allowed("GET");
    const auto ours = check_cross_site(request, world.config.public_url.origin(), Navigation::refuse);
    if (!ours) return problem_response(ours.error());
    const auto session = find_live_session(request, world.store, world.keys, world.clock.now());
    if (!session) return problem_response(session.error());
    if (!*session) return problem_response({ErrorCode::no_session, "", std::nullopt});
    const auto claims = fresh_claims(**session, world);
    if (!claims) return problem_response(outward(claims.error()));
    return json_response(Json::object({{"userInfo", *claims}}));
}

}  // namespace vestibule
