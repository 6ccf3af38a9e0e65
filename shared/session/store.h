// What keeps sessions, one-time ids and the provider cache: the interface. The contract in words is STORE_CONTRACT.md
// beside this file; tests/contract/ proves it on every implementation.
//
// Nothing in a store can be used without the cookie: rows are keyed by a hash, and what they hold is sealed. Time is a
// parameter of every call, so that all processes and all tests agree on it. A record whose time is over does not exist,
// whether or not it was purged yet (checklist X08): it is over at the second it names, not after it.
//
// Three outcomes in three places: a value, absent (nullopt or an outcome that says so), failed (store_unavailable; the
// detail names the operation and the cause). Every operation is atomic and, once it returned, durable against the death
// of any process. Thread-safe; every call is bounded in time (5 s by default).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace vestibule {

// SHA-256 of a session handle: 32 octets. The only name a session has in a store.
struct SessionKey {
    std::string octets;
    friend auto operator<=>(const SessionKey&, const SessionKey&) = default;
};

// Keyed hash of what a session is found by besides its key: (issuer, sid), (issuer, sub), or the browser's login
// cookie. 32 octets.
struct IndexKey {
    std::string octets;
    friend auto operator<=>(const IndexKey&, const IndexKey&) = default;
};

// The sealed fields; opaque here.
struct SealedFields {
    std::string claims;
    std::string access_token;
    std::string refresh_and_id_token;
    friend bool operator==(const SealedFields&, const SealedFields&) = default;
};

struct SessionRow {
    SessionKey key;
    std::uint64_t version = 1;    // grows by one with every replacement of the fields
    std::optional<IndexKey> sid;  // where the provider names its session
    IndexKey sub;
    IndexKey browser;  // that logged in; at most one session of it is live
    WallTime created_at{};
    WallTime idle_expires_at{};    // moved by touch(); stored no later than expires_at, so it alone says "live"
    WallTime expires_at{};         // absolute; never moved
    WallTime access_expires_at{};  // of the access token
    Seconds access_lifetime{};     // as the provider stated it
    SealedFields sealed;
};

// How many sessions a user may have at once (checklist X17).
struct SessionLimit {
    std::vector<IndexKey> subs;  // the row's sub, under every key of the ring
    std::uint64_t at_most = 1;   // the new one included; 0 counts as 1
};

struct NewSession {
    SessionRow row;
    WallTime flow_started_at{};          // when the login was begun
    std::optional<SessionKey> replaces;  // the browser's session before this one; ended in the same step
    // The row's browser under every key of the ring: its other sessions are ended in the same step, too. `replaces` was
    // known when the login began; these may have been made since, by another tab (checklist C28, S20).
    std::vector<IndexKey> replaces_browser{};
    // The user's oldest live sessions beyond the limit are ended in the same step, the new one never.
    std::optional<SessionLimit> limit{};
};

enum class InsertOutcome {
    inserted,
    ended_meanwhile,  // this sid was ended, or this sub's or everybody's sessions after the login began: nothing
                      // written
    key_taken,        // nothing was written
};

// Permission to present the refresh token, until the lease runs out.
struct Lease {
    std::uint64_t fence = 0;  // grows with every grant on that session; the highest is the only one that may write,
                              // even after the lease ran out, as long as nobody was granted a higher one
    SessionRow row;           // as it is at the moment of the grant
};
struct LeaseHeld {  // somebody else refreshes
    WallTime until{};
};
struct RefreshBackoff {  // the provider asked for, or earned, a pause
    WallTime until{};
};
struct SessionGone {};
using LeaseAnswer = std::variant<Lease, LeaseHeld, RefreshBackoff, SessionGone>;

struct Replacement {  // the outcome of a refresh
    SessionKey key;
    std::uint64_t expected_version = 0;
    std::uint64_t fence = 0;
    SealedFields sealed;
    WallTime access_expires_at{};
    Seconds access_lifetime{};
};

enum class ReplaceOutcome {
    replaced,  // version is expected_version + 1, the lease is released, a back-off is cleared
    stale,     // another version or another fence stands there: nothing was written
    gone,      // no such session: nothing was written, and nothing was created
};

// One-time ids and when they may be forgotten.
enum class OnceKind {
    flow,        // a login flow, consumed by its callback
    logout_jti,  // a logout token
    throttle,    // "at most once per …": the id names what, the expiry how long
};

struct CachedDocument {
    std::string sealed;  // authenticated by the caller with the key ring
    WallTime stored_at{};
};

// Absent is what a store cannot count without walking through all it holds.
struct StoreStatistics {
    std::uint64_t sessions = 0;            // live
    std::uint64_t expired = 0;             // sessions whose time is over, waiting for purge
    std::optional<std::uint64_t> users{};  // different subs of the live sessions; one under two keys counts twice
    std::optional<std::uint64_t> one_time_ids{};  // remembered, also where their time is over and no purge came by
    std::optional<std::uint64_t> ended_marks{};   // of sids, subs and everybody; likewise
    std::optional<std::uint64_t> documents{};     // of the provider cache
};

class SessionStore {
public:
    virtual ~SessionStore() = default;

    // --- sessions ---
    // All of it or nothing: the row is written and whatever it replaces is ended, or neither. `ended_meanwhile` comes
    // before `key_taken`. A new session never takes the key of a live one, not even of one it replaces.
    virtual Result<InsertOutcome> insert(const NewSession& session, WallTime now) = 0;
    virtual Result<std::optional<SessionRow>> find(const SessionKey& key, WallTime now) = 0;
    // Moves the idle limit forward, never back, never past expires_at, never the version. False: no such session; true
    // also where the limit stood further ahead already.
    virtual Result<bool> touch(const SessionKey& key, WallTime idle_expires_at, WallTime now) = 0;
    // The session that was ended, as it stood at that moment: whoever replaces its fields at the same time either did
    // so before, and they are in it, or is told `gone` (checklist R15). Absent where no live one was there. Idempotent.
    virtual Result<std::optional<SessionRow>> erase(const SessionKey& key, WallTime now) = 0;

    // --- refresh (DESIGN §2) ---
    // A lease or a back-off is over at the second it names. A held lease is reported before a back-off.
    virtual Result<LeaseAnswer> acquire_lease(const SessionKey& key, Seconds duration, WallTime now) = 0;
    virtual Result<ReplaceOutcome> replace(const Replacement& replacement, WallTime now) = 0;
    // Gives the lease back without a new version; `retry_at` starts a back-off for everybody. No effect with another
    // fence.
    virtual Result<void> release_lease(const SessionKey& key, std::uint64_t fence, std::optional<WallTime> retry_at,
                                       WallTime now) = 0;
    // Ends the session because its refresh token is dead: only while the version and the fence are still these.
    // `replaced` says that it was ended.
    virtual Result<ReplaceOutcome> erase_if_unchanged(const SessionKey& key, std::uint64_t expected_version,
                                                      std::uint64_t fence, WallTime now) = 0;

    // --- ended by the provider or an operator ---
    // Whose live sessions with one of these sids are, each sub once (checklist B12).
    virtual Result<std::vector<IndexKey>> subs_of_sid(const std::vector<IndexKey>& sids, WallTime now) = 0;
    // Erases every session of any of these sids, and lets none be inserted until `remembered_until`. How many ended.
    // With `only_of` not empty, sessions of another sub are left alone, those yet to be inserted too (checklist B12).
    virtual Result<std::uint64_t> end_sid(const std::vector<IndexKey>& sids, const std::vector<IndexKey>& only_of,
                                          WallTime remembered_until, WallTime now) = 0;
    // Erases every session of any of these subs but the spared one, and refuses until `remembered_until` to insert one
    // whose login began at or before `now`. How many ended.
    virtual Result<std::uint64_t> end_sub(const std::vector<IndexKey>& subs, const std::optional<SessionKey>& spared,
                                          WallTime remembered_until, WallTime now) = 0;
    // Refuses until `remembered_until` to insert a session of anybody whose login began at or before `now`. Ends none:
    // who wants everybody out lists and ends them afterwards, and no login in flight adds one behind his back (S26).
    virtual Result<void> refuse_logins_in_flight(WallTime remembered_until, WallTime now) = 0;

    // --- one-time ids ---
    // True exactly once for a kind and id until `expires_at`, however many ask at once. The first one's `expires_at`
    // counts. An id may hold any octets.
    virtual Result<bool> consume_once(OnceKind kind, std::string_view id, WallTime expires_at, WallTime now) = 0;

    // Whether it is consumed at `now`. Reads only: for what has to be done before its id may be consumed (B08).
    virtual Result<bool> is_consumed(OnceKind kind, std::string_view id, WallTime now) = 0;

    // --- provider cache ---
    // The last writer wins. Nothing expires here: how old is too old is the caller's rule.
    virtual Result<std::optional<CachedDocument>> cached(std::string_view name) = 0;
    virtual Result<void> cache(std::string_view name, const CachedDocument& document) = 0;

    // --- housekeeping ---
    // Removes up to `at_most` expired records, counted over all kinds, in short transactions. How many were removed:
    // fewer than `at_most` means that none is left. Stores without expiry of their own also purge a few with every
    // insert() and consume_once(), so that nobody needs to call this (DESIGN §2).
    virtual Result<std::uint64_t> purge(std::uint64_t at_most, WallTime now) = 0;
    // Sessions of any of these subs (empty: of everybody), newest first, sealed fields left empty.
    virtual Result<std::vector<SessionRow>> list(const std::vector<IndexKey>& subs, std::uint64_t at_most,
                                                 WallTime now) = 0;
    virtual Result<StoreStatistics> statistics(WallTime now) = 0;
    // By the clock of the server that hosts share; absent where the store is on this host.
    virtual Result<std::optional<WallTime>> server_time() { return std::nullopt; }
    // Usable: reachable, of a schema version this program knows, writable.
    virtual Result<void> check() = 0;
    // What the settings of a usable store's server put at risk, each with how to mend it, for the operator. Most stores
    // have no such settings.
    virtual Result<std::vector<std::string>> advice() { return std::vector<std::string>{}; }
    // Brings the schema to the version this program knows, where it is older; several at once are no harm. Stores that
    // do so by themselves on first use have nothing left to do.
    virtual Result<void> migrate() = 0;
};

}  // namespace vestibule
