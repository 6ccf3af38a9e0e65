// What each operation of the store does on one connection, inside the transaction its caller has begun. Named and meant
// as in session/store.h; the queries are in sqlite_queries.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "adapters/sqlite/sqlite_connection.h"
#include "base/result.h"
#include "session/store.h"

namespace vestibule::sqlite {

// --- sqlite_sessions.cpp ---
Result<InsertOutcome> insert(SqliteConnection& db, const NewSession& session, WallTime now);
Result<std::optional<SessionRow>> find(SqliteConnection& db, const SessionKey& key, WallTime now);
Result<bool> touch(SqliteConnection& db, const SessionKey& key, WallTime idle_expires_at, WallTime now);
Result<std::optional<SessionRow>> erase(SqliteConnection& db, const SessionKey& key, WallTime now);
Result<std::vector<SessionRow>> list(SqliteConnection& db, const std::vector<IndexKey>& subs, std::uint64_t at_most,
                                     WallTime now);
Result<StoreStatistics> statistics(SqliteConnection& db, WallTime now);

// --- sqlite_leases.cpp ---
// The answer where no lease can be granted now; nothing where one can. Reads only.
Result<std::optional<LeaseAnswer>> lease_refused(SqliteConnection& db, const SessionKey& key, WallTime now);
Result<LeaseAnswer> acquire_lease(SqliteConnection& db, const SessionKey& key, Seconds duration, WallTime now);
Result<ReplaceOutcome> replace(SqliteConnection& db, const Replacement& with, WallTime now);
Result<void> release_lease(SqliteConnection& db, const SessionKey& key, std::uint64_t fence,
                           std::optional<WallTime> retry_at, WallTime now);
Result<ReplaceOutcome> erase_if_unchanged(SqliteConnection& db, const SessionKey& key, std::uint64_t expected_version,
                                          std::uint64_t fence, WallTime now);

// --- sqlite_records.cpp ---
Result<std::uint64_t> end_sid(SqliteConnection& db, const std::vector<IndexKey>& sids,
                              const std::vector<IndexKey>& only_of, WallTime remembered_until, WallTime now);
Result<std::uint64_t> end_sub(SqliteConnection& db, const std::vector<IndexKey>& subs,
                              const std::optional<SessionKey>& spared, WallTime remembered_until, WallTime now);
Result<std::vector<IndexKey>> subs_of_sid(SqliteConnection& db, const std::vector<IndexKey>& sids, WallTime now);
Result<void> refuse_logins_in_flight(SqliteConnection& db, WallTime remembered_until, WallTime now);
Result<bool> is_consumed(SqliteConnection& db, OnceKind kind, std::string_view id, WallTime now);  // reads only
Result<bool> consume_once(SqliteConnection& db, OnceKind kind, std::string_view id, WallTime expires_at, WallTime now);
Result<std::optional<CachedDocument>> cached(SqliteConnection& db, std::string_view name);
Result<void> cache(SqliteConnection& db, std::string_view name, const CachedDocument& document);
Result<std::uint64_t> purge(SqliteConnection& db, std::uint64_t at_most, WallTime now);
Result<void> prove_writable(SqliteConnection& db);

// --- of use to several of them ---
// For a DELETE that returns whether each row it removed was live: how many were.
Result<std::uint64_t> count_live(SqliteStatement& removed);

// Adds up what `step` gives for each item, and stops at the first failure.
template <class Items, class Step>
Result<std::uint64_t> sum(const Items& items, Step step) {
    std::uint64_t total = 0;
    for (const auto& item : items) {
        const Result<std::uint64_t> part = step(item);
        if (!part) return part;
        total += *part;
    }
    return total;
}

}  // namespace vestibule::sqlite
