// A session that is there: the browser showed its cookie, the store has its row, and its claims open with both keys.
// Only find_live_session() makes one.
#pragma once

#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "codec/json.h"
#include "crypto/key_ring.h"
#include "http/message.h"
#include "session/session_cookie.h"
#include "session/store.h"
#include "session/token_set.h"

namespace vestibule {

class LiveSession {
public:
    const SessionRow& row() const { return row_; }
    const SessionKey& key() const { return row_.key; }
    const Json& claims() const { return claims_; }  // the configured ones, and what we keep beside them
    const SessionCookie& cookie() const { return cookie_; }

    // no_session where the field does not open: the row is left alone (DESIGN §2 "At rest").
    Result<AccessToken> access_token(const KeyRing& keys) const;
    Result<TokenSet> tokens(const KeyRing& keys) const;  // all of them: for who talks to the provider

    // The same session with another row of the same key: after a refresh.
    LiveSession with_row(SessionRow row) const;
    LiveSession with_row(SessionRow row, Json claims) const;

private:
    friend Result<std::optional<LiveSession>> find_live_session(const Request&, SessionStore&, const KeyRing&,
                                                                WallTime);
    LiveSession(SessionCookie cookie, SessionRow row, Json claims)
        : cookie_(std::move(cookie)), row_(std::move(row)), claims_(std::move(claims)) {}
    SessionCookie cookie_;
    SessionRow row_;
    Json claims_;
};

// Nothing: a session whose provider's own limit is over (session/provider_limits.h), no cookie, a malformed one, two of
// them (checklist S09), no row, an expired row, or claims that do not open. Fails with store_unavailable only: a store
// that is down is not a logout.
Result<std::optional<LiveSession>> find_live_session(const Request& request, SessionStore& store, const KeyRing& keys,
                                                     WallTime now);

// Every session cookie the request shows, however many and whether or not they open anything: for ending them.
std::vector<SessionCookie> shown_sessions(const Request& request);

// All tokens of a row. no_session where a field does not open with this cookie and these keys.
Result<TokenSet> tokens_in(const SessionRow& row, const SessionCookie& cookie, const KeyRing& keys);

// An API call moves the idle limit, never past the provider's own, written at most once in a tenth of the idle time.
// Failing is not an error for the caller; it is reported for the log.
Result<void> touch_session(const LiveSession& session, SessionStore& store, Seconds idle, WallTime now);

}  // namespace vestibule
