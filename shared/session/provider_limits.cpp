#include "session/provider_limits.h"

#include <algorithm>
#include <string_view>

namespace vestibule {
namespace {

// No provider's claim is kept under these names: only what the configuration names is, and these are set after it.
constexpr std::string_view kAuthorization = "vestibule/authorization_over_at";
constexpr std::string_view kRefreshToken = "vestibule/refresh_token_over_at";

std::optional<WallTime> earlier(std::optional<WallTime> a, std::optional<WallTime> b) {
    if (!a || !b) return a ? a : b;
    return std::min(*a, *b);
}

// Nothing is said with null: a Json object forgets no member.
void keep(Json& claims, std::string_view name, std::optional<WallTime> time) {
    if (!time && claims.find(name) == nullptr) return;
    claims.set(std::string(name), time ? Json(std::int64_t{time->time_since_epoch().count()}) : Json());
}

std::optional<WallTime> kept(const Json& claims, std::string_view name) {
    const Json* time = claims.find(name);
    if (time == nullptr || !time->is_integer()) return std::nullopt;
    return WallTime{Seconds{time->as_integer()}};
}

std::optional<WallTime> session_expiry(const Json& claims) {
    const Json* date = claims.find("session_expiry");
    constexpr double kLastDate = 253402300799.0;  // the last second of the year 9999
    if (date == nullptr || !date->is_number() || !(date->as_double() >= 0 && date->as_double() <= kLastDate))
        return std::nullopt;
    return WallTime{Seconds{static_cast<std::int64_t>(date->as_double())}};
}

}  // namespace

ProviderLimits stated_at_login(const TokenSet& tokens, const Json& id_token_claims, Seconds ahead) {
    ProviderLimits stated = after({}, tokens, RefreshTokenIs::another);
    auto date = session_expiry(id_token_claims);
    if (date) *date += ahead;
    stated.authorization_over_at = earlier(stated.authorization_over_at, date);
    return stated;
}

ProviderLimits after(const ProviderLimits& known, const TokenSet& fresh, RefreshTokenIs refresh_token) {
    const bool same = refresh_token == RefreshTokenIs::the_same;
    return {earlier(known.authorization_over_at, fresh.authorization_over_at),
            same && !fresh.refresh_token_over_at ? known.refresh_token_over_at : fresh.refresh_token_over_at};
}

std::optional<WallTime> end_of(const ProviderLimits& limits, WallTime access_expires_at) {
    std::optional<WallTime> tokens_end;
    if (limits.refresh_token_over_at) tokens_end = std::max(*limits.refresh_token_over_at, access_expires_at);
    return earlier(limits.authorization_over_at, tokens_end);
}

SessionEnds ends_of_new_session(const SessionConfig& configured, const ProviderLimits& limits,
                                WallTime access_expires_at, WallTime now) {
    const WallTime absolute =
        std::min(now + configured.absolute, limits.authorization_over_at.value_or(WallTime::max()));
    const WallTime idle = std::min(now + configured.idle, absolute);
    return {absolute, std::min(idle, end_of(limits, access_expires_at).value_or(idle))};
}

void keep_limits(Json& claims, const ProviderLimits& limits) {
    keep(claims, kAuthorization, limits.authorization_over_at);
    keep(claims, kRefreshToken, limits.refresh_token_over_at);
}

ProviderLimits limits_in(const Json& claims) { return {kept(claims, kAuthorization), kept(claims, kRefreshToken)}; }

}  // namespace vestibule
