// How long the provider lets a session live, where it says so (RFC 10017 §6.1.2.2; OAuth 2.0 Refresh Token and
// Authorization Expiration; checklist S23). It only ever shortens a session; kept among the session's sealed claims, so
// that every refresh brings it up to date and no store needs to know.
#pragma once

#include <optional>

#include "base/clock.h"
#include "codec/json.h"
#include "config/config.h"
#include "session/token_set.h"

namespace vestibule {

struct ProviderLimits {
    std::optional<WallTime> authorization_over_at;  // for good: nothing makes it later
    std::optional<WallTime> refresh_token_over_at;  // of the present one; the next may live longer
};

// What a login states: with its tokens, and in the ID token's `session_expiry` (IPSIE), a date by everybody's clock.
// `ahead`: how far the time of what is stored is ahead of that.
ProviderLimits stated_at_login(const TokenSet& tokens, const Json& id_token_claims, Seconds ahead = Seconds{0});

enum class RefreshTokenIs { the_same, another };

// What came with these tokens, on top of what was known: an authorization never ends later than it said before; a new
// refresh token that states no end has none, and no new one leaves the old one's.
ProviderLimits after(const ProviderLimits& known, const TokenSet& fresh, RefreshTokenIs refresh_token);

// The session is of no use from then on; nothing where the provider does not say. A dead refresh token lets the access
// token live to its end.
std::optional<WallTime> end_of(const ProviderLimits& limits, WallTime access_expires_at);

// When a session that begins now ends: as configured, or when the provider says, whichever is sooner.
struct SessionEnds {
    WallTime absolute;
    WallTime idle;
};
SessionEnds ends_of_new_session(const SessionConfig& configured, const ProviderLimits& limits,
                                WallTime access_expires_at, WallTime now);

void keep_limits(Json& claims, const ProviderLimits& limits);
ProviderLimits limits_in(const Json& claims);

}  // namespace vestibule
