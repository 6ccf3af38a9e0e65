// What each operation of the store does on one connection. Named and meant as in session/store.h; the queries are in
// postgres_queries.h. Those that say so need a transaction, which their caller has begun; the others are one statement,
// or one that decides and one that explains.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "adapters/postgres/postgres_connection.h"
#include "base/result.h"
#include "session/store.h"

namespace vestibule::postgres {

// --- postgres_sessions.cpp ---
Result<InsertOutcome> insert(PostgresConnection& db, const NewSession& session, WallTime now);  // in a transaction
Result<std::optional<SessionRow>> find(PostgresConnection& db, const SessionKey& key, WallTime now);
Result<bool> touch(PostgresConnection& db, const SessionKey& key, WallTime idle_expires_at, WallTime now);
Result<std::optional<SessionRow>> erase(PostgresConnection& db, const SessionKey& key, WallTime now);
Result<std::vector<SessionRow>> list(PostgresConnection& db, const std::vector<IndexKey>& subs, std::uint64_t at_most,
                                     WallTime now);
Result<StoreStatistics> statistics(PostgresConnection& db, WallTime now);
// The first columns of an answer as a session; with the sealed fields where they follow.
enum class SealedColumns { follow, are_left_out };
SessionRow read_row(const PostgresRows& rows, std::size_t row, SealedColumns sealed);

// --- postgres_leases.cpp ---
Result<LeaseAnswer> acquire_lease(PostgresConnection& db, const SessionKey& key, Seconds duration, WallTime now);
Result<ReplaceOutcome> replace(PostgresConnection& db, const Replacement& with, WallTime now);
Result<void> release_lease(PostgresConnection& db, const SessionKey& key, std::uint64_t fence,
                           std::optional<WallTime> retry_at, WallTime now);
Result<ReplaceOutcome> erase_if_unchanged(PostgresConnection& db, const SessionKey& key, std::uint64_t expected_version,
                                          std::uint64_t fence, WallTime now);

// --- postgres_records.cpp ---
Result<std::uint64_t> end_sid(PostgresConnection& db, const std::vector<IndexKey>& sids,
                              const std::vector<IndexKey>& only_of, WallTime remembered_until,
                              WallTime now);  // in a transaction
Result<std::uint64_t> end_sub(PostgresConnection& db, const std::vector<IndexKey>& subs,
                              const std::optional<SessionKey>& spared, WallTime remembered_until,
                              WallTime now);  // in a transaction
Result<std::vector<IndexKey>> subs_of_sid(PostgresConnection& db, const std::vector<IndexKey>& sids, WallTime now);
Result<void> refuse_logins_in_flight(PostgresConnection& db, WallTime remembered_until,
                                     WallTime now);  // in a transaction
Result<bool> is_consumed(PostgresConnection& db, OnceKind kind, std::string_view id, WallTime now);
Result<bool> consume_once(PostgresConnection& db, OnceKind kind, std::string_view id, WallTime expires_at,
                          WallTime now);
Result<std::optional<CachedDocument>> cached(PostgresConnection& db, std::string_view name);
Result<void> cache(PostgresConnection& db, std::string_view name, const CachedDocument& document);
Result<std::uint64_t> purge(PostgresConnection& db, std::uint64_t at_most, WallTime now);  // in a transaction
Result<std::optional<WallTime>> server_time(PostgresConnection& db);
Result<void> prove_writable(PostgresConnection& db);

// --- postgres_locks.cpp ---
// An insert against whoever ends its sid, its sub or its browser's sessions is a race between different rows: both take
// the locks of these names first, in the order of their numbers, and hold them to the end of the transaction.
class Locks {
public:
    Locks& sub(const IndexKey& name) { return add(1, name); }
    Locks& sid(const IndexKey& name) { return add(2, name); }
    Locks& browser(const IndexKey& name) { return add(3, name); }
    Result<void> take(PostgresConnection& db);

private:
    Locks& add(std::uint64_t kind, const IndexKey& name);
    std::vector<std::int64_t> numbers_;
};

}  // namespace vestibule::postgres
