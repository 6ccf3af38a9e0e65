#include "adapters/postgres/postgres_operations.h"
#include "adapters/postgres/postgres_queries.h"

namespace vestibule::postgres {
namespace {

// Why a conditional write found no row.
Result<ReplaceOutcome> stale_or_gone(PostgresConnection& db, const SessionKey& key, WallTime now) {
    return db.run(query::kLeaseState, PostgresValues(key, now)).map([](const PostgresRows& rows) {
        return rows.count() > 0 ? ReplaceOutcome::stale : ReplaceOutcome::gone;
    });
}

// The answer where no lease can be granted now; nothing where one can.
Result<std::optional<LeaseAnswer>> lease_refused(PostgresConnection& db, const SessionKey& key, WallTime now) {
    return db.run(query::kLeaseState, PostgresValues(key, now))
        .map([&](const PostgresRows& state) -> std::optional<LeaseAnswer> {
            if (state.count() == 0) return SessionGone{};
            if (state.time(0, 0) > now) return LeaseHeld{state.time(0, 0)};
            if (state.time(0, 1) > now) return RefreshBackoff{state.time(0, 1)};
            return std::nullopt;
        });
}

Result<std::optional<Lease>> grant(PostgresConnection& db, const SessionKey& key, Seconds duration, WallTime now) {
    return db.run(query::kGrantLease, PostgresValues(key, now + duration, now))
        .map([](const PostgresRows& granted) -> std::optional<Lease> {
            if (granted.count() == 0) return std::nullopt;
            return Lease{static_cast<std::uint64_t>(granted.integer(0, 13)),
                         read_row(granted, 0, SealedColumns::follow)};
        });
}

}  // namespace

// Those who wait for another's refresh ask again and again: they read, and wait for nobody's row lock. Who finds the
// lease free and is too late with the grant looks again why; a row that changes hands that fast is held.
Result<LeaseAnswer> acquire_lease(PostgresConnection& db, const SessionKey& key, Seconds duration, WallTime now) {
    for (int attempt = 0; attempt < 10; ++attempt) {
        auto refused = lease_refused(db, key, now);
        if (!refused) return failure(refused.error());
        if (*refused) return **std::move(refused);
        auto lease = grant(db, key, duration, now);
        if (!lease) return failure(lease.error());
        if (*lease) return **std::move(lease);
    }
    return LeaseHeld{now + duration};
}

Result<ReplaceOutcome> replace(PostgresConnection& db, const Replacement& with, WallTime now) {
    const PostgresValues values(with.key, with.expected_version, with.fence, now, with.access_expires_at,
                                with.access_lifetime, with.sealed.claims, with.sealed.access_token,
                                with.sealed.refresh_and_id_token);
    const auto replaced = db.run(query::kReplace, values);
    if (!replaced) return failure(replaced.error());
    if (replaced->changed() > 0) return ReplaceOutcome::replaced;
    return stale_or_gone(db, with.key, now);
}

Result<void> release_lease(PostgresConnection& db, const SessionKey& key, std::uint64_t fence,
                           std::optional<WallTime> retry_at, WallTime now) {
    return db.run(query::kReleaseLease, PostgresValues(key, fence, retry_at, now)).map([](const PostgresRows&) {});
}

Result<ReplaceOutcome> erase_if_unchanged(PostgresConnection& db, const SessionKey& key, std::uint64_t expected_version,
                                          std::uint64_t fence, WallTime now) {
    const auto erased = db.run(query::kEraseIfUnchanged, PostgresValues(key, expected_version, fence, now));
    if (!erased) return failure(erased.error());
    if (erased->changed() > 0) return ReplaceOutcome::replaced;
    return stale_or_gone(db, key, now);
}

}  // namespace vestibule::postgres
