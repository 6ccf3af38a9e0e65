#include <utility>

#include "adapters/sqlite/sqlite_operations.h"
#include "adapters/sqlite/sqlite_queries.h"

namespace vestibule::sqlite {
namespace {

// Why a conditional write found no row.
Result<ReplaceOutcome> stale_or_gone(SqliteConnection& db, const SessionKey& key, WallTime now) {
    return db.statement(query::kLeaseState).bind(key, now).next().map([](bool row) {
        return row ? ReplaceOutcome::stale : ReplaceOutcome::gone;
    });
}

Result<std::uint64_t> next_fence(SqliteConnection& db, const SessionKey& key, WallTime lease_until) {
    auto granted = db.statement(query::kGrantLease);
    return granted.bind(key, lease_until).next().map([&](bool) { return granted.integer(0); });
}

}  // namespace

Result<std::optional<LeaseAnswer>> lease_refused(SqliteConnection& db, const SessionKey& key, WallTime now) {
    auto state = db.statement(query::kLeaseState);
    return state.bind(key, now).next().map([&](bool row) -> std::optional<LeaseAnswer> {
        if (!row) return SessionGone{};
        if (state.time(0) > now) return LeaseHeld{state.time(0)};
        if (state.time(1) > now) return RefreshBackoff{state.time(1)};
        return std::nullopt;
    });
}

Result<LeaseAnswer> acquire_lease(SqliteConnection& db, const SessionKey& key, Seconds duration, WallTime now) {
    auto refused = lease_refused(db, key, now);
    if (!refused) return failure(refused.error());
    if (*refused) return **std::move(refused);
    const Result<std::uint64_t> fence = next_fence(db, key, now + duration);
    if (!fence) return failure(fence.error());
    auto session = find(db, key, now);
    if (!session) return failure(session.error());
    return Lease{*fence, std::move(session->value())};
}

Result<ReplaceOutcome> replace(SqliteConnection& db, const Replacement& with, WallTime now) {
    const auto changed =
        db.statement(query::kReplace)
            .bind(with.key, with.expected_version, with.fence, now, with.access_expires_at, with.access_lifetime,
                  with.sealed.claims, with.sealed.access_token, with.sealed.refresh_and_id_token)
            .run();
    if (!changed) return failure(changed.error());
    if (*changed > 0) return ReplaceOutcome::replaced;
    return stale_or_gone(db, with.key, now);
}

Result<void> release_lease(SqliteConnection& db, const SessionKey& key, std::uint64_t fence,
                           std::optional<WallTime> retry_at, WallTime now) {
    return db.statement(query::kReleaseLease).bind(key, fence, retry_at, now).run().map([](std::uint64_t) {});
}

Result<ReplaceOutcome> erase_if_unchanged(SqliteConnection& db, const SessionKey& key, std::uint64_t expected_version,
                                          std::uint64_t fence, WallTime now) {
    const auto erased = db.statement(query::kEraseIfUnchanged).bind(key, expected_version, fence, now).run();
    if (!erased) return failure(erased.error());
    if (*erased > 0) return ReplaceOutcome::replaced;
    return stale_or_gone(db, key, now);
}

}  // namespace vestibule::sqlite
