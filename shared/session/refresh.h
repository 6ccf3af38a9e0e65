// The refresh protocol: one token request per expiry however many tabs, processes and hosts (DESIGN §2 "Refresh";
// checklist R02–R12). The store's lease decides who asks; everybody else waits for the new version.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "session/live_session.h"
#include "session/token_set.h"

namespace vestibule {

// What the provider said to a refresh token. Made by provider/, judged here.
struct Refreshed {
    TokenSet tokens;  // a missing refresh or ID token means the old one stays
};
struct RefreshTokenDead {};  // invalid_grant
struct RefreshNotPossible {  // invalid_client and other refusals: our set-up is wrong, not the session
    std::string reason;
};
struct ProviderTrouble {  // 429, 5xx, timeout, TLS, garbage
    std::string reason;
    std::optional<Seconds> retry_after;
};
struct WrongIdentity {  // a new ID token for another sub, iss or aud
    std::string reason;
};
using RefreshVerdict = std::variant<Refreshed, RefreshTokenDead, RefreshNotPossible, ProviderTrouble, WrongIdentity>;

// What the protocol asks of the provider.
struct RefreshCalls {
    // Presents the session's refresh token, once. Bounded in time by `RefreshTiming::lease` less a margin.
    std::function<RefreshVerdict(const LiveSession& session, const TokenSet& current)> refresh;
    // Tokens that came too late, because the session was ended meanwhile: revoked, best effort (checklist R15).
    std::function<void(const TokenSet& tokens)> discard;
};

struct RefreshTiming {
    Seconds lease{30};                 // longer than RefreshCalls::refresh takes
    Milliseconds wait_at_most{8'000};  // of those who did not get the lease
    Milliseconds poll_every{50};
};

struct RefreshContext {
    SessionStore& store;
    const KeyRing& keys;
    Clock& clock;
    Random& random;
    Log& log;
    RefreshTiming timing;
};

// The access token is younger than 5 s, or a quarter of its life where that is shorter. Asking for another one now is a
// page in a loop, or an upstream that rejects whatever it gets; neither is worth a token request (checklist R13).
bool was_just_refreshed(const SessionRow& row, WallTime now);

// Less than 60 s, or a quarter of its life where that is shorter.
bool needs_refresh(const SessionRow& row, WallTime now);

enum class RefreshReason {
    expiring,        // needs_refresh(): the access token may still be used if the refresh fails
    asked_for,       // POST /auth/refresh
    token_rejected,  // an upstream said invalid_token: the current access token is worthless
};

// The session with a usable access token. `asked_for` leaves a token alone that was just refreshed; `token_rejected`
// fails with upstream_invalid then. Fails with session_ended (final: the row is gone), refresh_busy,
// provider_unavailable (both with retry_after; the session stays), store_unavailable. For `expiring`, a session whose
// access token still lives is returned as it is where the refresh could not be done.
Result<LiveSession> refresh_session(const LiveSession& session, RefreshReason reason, const RefreshContext& context,
                                    const RefreshCalls& provider);

}  // namespace vestibule
