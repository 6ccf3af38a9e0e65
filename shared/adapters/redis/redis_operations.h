// What each operation of the store asks a server, and reads from its answer. Named and meant as in session/store.h; the
// work is done by the scripts of schema/redis/.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "adapters/redis/redis_client.h"
#include "base/result.h"
#include "codec/base64url.h"
#include "session/store.h"

namespace vestibule::redis {

// One call of the store: whom to ask, and until when.
struct Asked {
    RedisClient& client;
    MonotonicTime deadline;

    // Every key of a session's operation begins with the same tag, and so lies on one node of a cluster.
    std::string named(std::string_view rest) const {
        return "{" + client.address().prefix + ":sessions}:" + std::string(rest);
    }
    std::string session(const SessionKey& key) const { return named("session:" + hex_encode(key.octets)); }
    Result<RedisReplyPtr> run(std::string_view script, RedisEffect effect, std::vector<std::string> keys,
                              std::vector<std::string> arguments) const {
        return client.run({script, effect, std::move(keys), std::move(arguments)}, deadline);
    }
};

// --- redis_sessions.cpp ---
Result<InsertOutcome> insert(const Asked& asked, const NewSession& session, std::uint64_t purge_at_most, WallTime now);
Result<std::optional<SessionRow>> find(const Asked& asked, const SessionKey& key, WallTime now);
Result<bool> touch(const Asked& asked, const SessionKey& key, WallTime idle_expires_at, WallTime now);
Result<std::optional<SessionRow>> erase(const Asked& asked, const SessionKey& key, WallTime now);
Result<std::vector<SessionRow>> list(const Asked& asked, const std::vector<IndexKey>& subs, std::uint64_t at_most,
                                     WallTime now);
Result<StoreStatistics> statistics(const Asked& asked, WallTime now);

// --- redis_leases.cpp ---
Result<LeaseAnswer> acquire_lease(const Asked& asked, const SessionKey& key, Seconds duration, WallTime now);
Result<ReplaceOutcome> replace(const Asked& asked, const Replacement& with, WallTime now);
Result<void> release_lease(const Asked& asked, const SessionKey& key, std::uint64_t fence,
                           std::optional<WallTime> retry_at, WallTime now);
Result<ReplaceOutcome> erase_if_unchanged(const Asked& asked, const SessionKey& key, std::uint64_t expected_version,
                                          std::uint64_t fence, WallTime now);

// --- redis_records.cpp ---
Result<std::uint64_t> end_sid(const Asked& asked, const std::vector<IndexKey>& sids,
                              const std::vector<IndexKey>& only_of, WallTime remembered_until, WallTime now);
Result<std::vector<IndexKey>> subs_of_sid(const Asked& asked, const std::vector<IndexKey>& sids, WallTime now);
Result<std::uint64_t> end_sub(const Asked& asked, const std::vector<IndexKey>& subs,
                              const std::optional<SessionKey>& spared, WallTime remembered_until, WallTime now);
Result<bool> consume_once(const Asked& asked, OnceKind kind, std::string_view id, WallTime expires_at, WallTime now);
Result<bool> is_consumed(const Asked& asked, OnceKind kind, std::string_view id, WallTime now);
Result<std::optional<CachedDocument>> cached(const Asked& asked, std::string_view name);
Result<void> cache(const Asked& asked, std::string_view name, const CachedDocument& document);
Result<std::uint64_t> purge(const Asked& asked, std::uint64_t at_most, WallTime now);
Result<std::optional<WallTime>> server_time(const Asked& asked);

// --- redis_advice.cpp ---
// Writes the version of the layout, where there is none; there is nothing else to make.
Result<void> migrate(const Asked& asked);
// The server takes a login: layout, rights, memory, disk; and never evicts what it holds (checklist X09).
Result<void> check(const Asked& asked);
// What its settings put at risk, each with how to mend it.
Result<std::vector<std::string>> advice(const Asked& asked);

}  // namespace vestibule::redis
