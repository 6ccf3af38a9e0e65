#include "session/refresh.h"

#include <algorithm>
#include <cstdint>

#include "session/provider_limits.h"
#include "session/session_sealing.h"

namespace vestibule {
namespace {

constexpr Seconds kEarliest{60};          // before the access token's end (DESIGN §2)
constexpr int kLooksPerClaim = 10;        // how often the others look before they claim again
constexpr Milliseconds kStorePause{200};  // between two attempts to write what was received
constexpr Seconds kCoolDown{5};           // what a new access token is left alone for
constexpr Seconds kBackoffAtLeast{5};     // after a provider's trouble that names no time
constexpr Seconds kBackoffJitter{5};
constexpr Seconds kBackoffAtMost{300};  // whatever Retry-After says

// Up to `span` seconds, so that many sessions do not come back at the same moment (checklist R09).
Seconds jitter(Random& random, Seconds span) {
    const auto octet = static_cast<unsigned char>(random.octets(1).front());
    return Seconds{octet % (span.count() + 1)};
}

Error busy(std::string detail, Seconds retry_after) {
    return Error{ErrorCode::refresh_busy, std::move(detail), retry_after};
}

// One attempt to bring a session's tokens up to date. Lives for one call of refresh_session().
class Attempt {
public:
    Attempt(const LiveSession& session, RefreshReason reason, const RefreshContext& context,
            const RefreshCalls& provider)
        : session_(session), reason_(reason), context_(context), provider_(provider) {}

    Result<LiveSession> run() {
        if (reason_ != RefreshReason::expiring && was_just_refreshed(session_.row(), context_.clock.now())) {
            return too_soon();
        }
        const MonotonicTime give_up = context_.clock.monotonic_now() + context_.timing.wait_at_most;
        for (;;) {
            auto answer = context_.store.acquire_lease(session_.key(), context_.timing.lease, context_.clock.now());
            if (!answer) return failure(answer.error());
            if (auto* lease = std::get_if<Lease>(&*answer)) {
                lease_ends_ = context_.clock.monotonic_now() + context_.timing.lease;
                return with_lease(*lease);
            }
            if (std::holds_alternative<SessionGone>(*answer)) return gone();
            if (auto* backoff = std::get_if<RefreshBackoff>(&*answer)) return backing_off(*backoff);
            if (auto newer = wait_for_newer_version(give_up); !newer || *newer) return settled(std::move(newer));
            if (context_.clock.monotonic_now() >= give_up) return waited_in_vain();
        }
    }

private:
    Result<LiveSession> too_soon() const {
        if (reason_ == RefreshReason::asked_for) return session_;
        return failure(ErrorCode::upstream_invalid, "even a token this new was rejected");
    }

    // --- the winner ---

    Result<LiveSession> with_lease(const Lease& lease) {
        const LiveSession current = session_.with_row(lease.row);
        if (lease.row.version != session_.row().version && access_token_lives(lease.row)) {  // somebody was faster
            release(lease, std::nullopt);
            return current;
        }
        auto tokens = current.tokens(context_.keys);
        if (!tokens) {
            release(lease, std::nullopt);
            return failure(ErrorCode::no_session, tokens.error().detail);
        }
        if (!tokens->refresh_token) return nothing_to_present(lease, current);
        return judge(lease, current, *tokens, provider_.refresh(current, *tokens));
    }

    Result<LiveSession> judge(const Lease& lease, const LiveSession& current, const TokenSet& old,
                              RefreshVerdict verdict) {
        if (auto* refreshed = std::get_if<Refreshed>(&verdict)) return store(lease, current, old, refreshed->tokens);
        if (std::holds_alternative<RefreshTokenDead>(verdict)) return end(lease, "the refresh token is dead");
        if (auto* wrong = std::get_if<WrongIdentity>(&verdict)) return end(lease, wrong->reason);
        if (auto* refused = std::get_if<RefreshNotPossible>(&verdict)) {
            context_.log.error("refresh.refused", {{"reason", refused->reason}});
            return keep(lease, current, std::nullopt);
        }
        const auto& trouble = std::get<ProviderTrouble>(verdict);
        context_.log.warning("refresh.provider_trouble", {{"reason", trouble.reason}});
        return keep(lease, current, trouble.retry_after);
    }

    Result<LiveSession> store(const Lease& lease, const LiveSession& current, const TokenSet& old, TokenSet fresh) {
        const auto refresh_token = fresh.refresh_token ? RefreshTokenIs::another : RefreshTokenIs::the_same;
        Json claims = current.claims();
        keep_limits(claims, after(limits_in(claims), fresh, refresh_token));
        if (!fresh.refresh_token) fresh.refresh_token = old.refresh_token;  // RFC 6749 §6 (checklist R04)
        if (!fresh.id_token) fresh.id_token = old.id_token;
        if (!fresh.dpop_key) fresh.dpop_key = old.dpop_key;  // the binding outlives every refresh (checklist R12)
        Replacement replacement{current.key(),
                                lease.row.version,
                                lease.fence,
                                seal_fields(context_.keys, context_.random, current.cookie(), claims, fresh),
                                fresh.access_expires_at,
                                fresh.access_lifetime};
        auto outcome = replace_persistently(replacement);
        if (!outcome) return failure(outcome.error());
        if (*outcome == ReplaceOutcome::gone) return ended_meanwhile(fresh);
        if (*outcome == ReplaceOutcome::stale) return whatever_stands_there();
        context_.log.info("refresh.succeeded", {});
        return current.with_row(row_after(lease.row, replacement), std::move(claims));
    }

    Result<LiveSession> ended_meanwhile(const TokenSet& fresh) {
        provider_.discard(fresh);
        return gone();
    }

    // The provider has rotated: these tokens exist nowhere else, so a store that hiccups is asked again while the lease
    // holds (checklist R03).
    Result<ReplaceOutcome> replace_persistently(const Replacement& replacement) {
        for (;;) {
            auto outcome = context_.store.replace(replacement, context_.clock.now());
            if (outcome || context_.clock.monotonic_now() + kStorePause >= lease_ends_) {
                if (!outcome) context_.log.error("refresh.not_stored", {{"reason", outcome.error().detail}});
                return outcome;
            }
            context_.clock.sleep(kStorePause);
        }
    }

    static SessionRow row_after(SessionRow row, const Replacement& replacement) {
        row.version = replacement.expected_version + 1;
        row.sealed = replacement.sealed;
        row.access_expires_at = replacement.access_expires_at;
        row.access_lifetime = replacement.access_lifetime;
        return row;
    }

    // Final, unless the session is newer than what was presented (checklist R08).
    Result<LiveSession> end(const Lease& lease, const std::string& reason) {
        auto outcome =
            context_.store.erase_if_unchanged(session_.key(), lease.row.version, lease.fence, context_.clock.now());
        if (!outcome) return failure(outcome.error());
        if (*outcome == ReplaceOutcome::stale) return whatever_stands_there();
        context_.log.info("session.ended", {{"reason", reason}});
        return gone();
    }

    // The session stays; everybody leaves the provider alone for a while.
    Result<LiveSession> keep(const Lease& lease, const LiveSession& current, std::optional<Seconds> asked_for) {
        const Seconds pause = std::clamp(asked_for.value_or(kBackoffAtLeast), kBackoffAtLeast, kBackoffAtMost) +
                              jitter(context_.random, kBackoffJitter);
        const WallTime retry_at = context_.clock.now() + pause;
        release(lease, retry_at);
        return current_token_or_unavailable(current, retry_at);
    }

    // A session without a refresh token lasts as long as its access token.
    Result<LiveSession> nothing_to_present(const Lease& lease, const LiveSession& current) {
        if (reason_ != RefreshReason::token_rejected && access_token_lives(current.row())) {
            release(lease, std::nullopt);
            return current;
        }
        return end(lease, "the access token is over and there is no refresh token");
    }

    void release(const Lease& lease, std::optional<WallTime> retry_at) {
        auto released = context_.store.release_lease(session_.key(), lease.fence, retry_at, context_.clock.now());
        if (!released) context_.log.warning("refresh.lease_not_released", {{"reason", released.error().detail}});
    }

    // --- the others ---

    Result<LiveSession> backing_off(const RefreshBackoff& backoff) {
        auto row = context_.store.find(session_.key(), context_.clock.now());
        if (!row) return failure(row.error());
        if (!*row) return gone();
        return current_token_or_unavailable(session_.with_row(**row), backoff.until);
    }

    // Looks (which only reads) often, so that the loop above asks for the lease (which writes) seldom.
    Result<std::optional<LiveSession>> wait_for_newer_version(MonotonicTime give_up) {
        for (int look = 0; look < kLooksPerClaim; ++look) {
            context_.clock.sleep(context_.timing.poll_every);
            auto newer = newer_version();
            if (!newer || *newer || context_.clock.monotonic_now() >= give_up) return newer;
        }
        return std::nullopt;
    }

    // The session as it stands now if it moved on; nothing while it did not.
    Result<std::optional<LiveSession>> newer_version() {
        auto row = context_.store.find(session_.key(), context_.clock.now());
        if (!row) return failure(row.error());
        if (!*row) return failure(ErrorCode::session_ended, "ended while waiting for a refresh");
        if ((*row)->version == session_.row().version) return std::nullopt;
        return session_.with_row(**row);
    }

    static Result<LiveSession> settled(Result<std::optional<LiveSession>> newer) {
        if (!newer) return failure(newer.error());
        return **std::move(newer);
    }

    Result<LiveSession> waited_in_vain() {
        if (reason_ == RefreshReason::expiring && access_token_lives(session_.row())) return session_;
        return failure(busy("another request holds the lease", Seconds{2}));
    }

    Result<LiveSession> whatever_stands_there() {
        auto newer = newer_version();
        if (!newer) return failure(newer.error());
        if (*newer) return **newer;
        return failure(busy("a later lease holds the session", Seconds{2}));
    }

    // --- shared ---

    Result<LiveSession> current_token_or_unavailable(const LiveSession& current, WallTime retry_at) {
        if (reason_ == RefreshReason::expiring && access_token_lives(current.row())) return current;
        const Seconds wait = std::max(retry_at - context_.clock.now(), Seconds{1});
        return failure(Error{ErrorCode::provider_unavailable, "the provider could not refresh the session", wait});
    }

    bool access_token_lives(const SessionRow& row) const { return context_.clock.now() < row.access_expires_at; }

    static Result<LiveSession> gone() { return failure(ErrorCode::session_ended, "the session is gone"); }

    MonotonicTime lease_ends_{};
    const LiveSession& session_;
    RefreshReason reason_;
    const RefreshContext& context_;
    const RefreshCalls& provider_;
};

}  // namespace

bool was_just_refreshed(const SessionRow& row, WallTime now) {
    const Seconds age = now - (row.access_expires_at - row.access_lifetime);  // below 0: by a host whose clock is ahead
    return std::chrono::abs(age) < std::min(kCoolDown, row.access_lifetime / 4);
}

bool needs_refresh(const SessionRow& row, WallTime now) {
    const Seconds early = std::min(kEarliest, row.access_lifetime / 4);
    return row.access_expires_at - now < early || row.access_expires_at <= now;
}

Result<LiveSession> refresh_session(const LiveSession& session, RefreshReason reason, const RefreshContext& context,
                                    const RefreshCalls& provider) {
    return Attempt(session, reason, context, provider).run();
}

}  // namespace vestibule
