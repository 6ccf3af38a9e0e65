// The store contract (shared/session/STORE_CONTRACT.md) in memory, for tests of handlers. One mutex, plain maps,
// nothing clever: it is also the shortest statement of what a store has to do. Never purges by itself.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "session/store.h"

namespace vestibule {

// Thread-safe. Never fails; `failing_session_store.h` wraps it where a test wants that.
class MemorySessionStore : public SessionStore {
public:
    Result<InsertOutcome> insert(const NewSession& session, WallTime now) override;
    Result<std::optional<SessionRow>> find(const SessionKey& key, WallTime now) override;
    Result<bool> touch(const SessionKey& key, WallTime idle_expires_at, WallTime now) override;
    Result<std::optional<SessionRow>> erase(const SessionKey& key, WallTime now) override;
    Result<LeaseAnswer> acquire_lease(const SessionKey& key, Seconds duration, WallTime now) override;
    Result<ReplaceOutcome> replace(const Replacement& replacement, WallTime now) override;
    Result<void> release_lease(const SessionKey& key, std::uint64_t fence, std::optional<WallTime> retry_at,
                               WallTime now) override;
    Result<ReplaceOutcome> erase_if_unchanged(const SessionKey& key, std::uint64_t expected_version,
                                              std::uint64_t fence, WallTime now) override;
    Result<std::uint64_t> end_sid(const std::vector<IndexKey>& sids, const std::vector<IndexKey>& only_of,
                                  WallTime remembered_until, WallTime now) override;
    Result<std::uint64_t> end_sub(const std::vector<IndexKey>& subs, const std::optional<SessionKey>& spared,
                                  WallTime remembered_until, WallTime now) override;
    Result<std::vector<IndexKey>> subs_of_sid(const std::vector<IndexKey>& sids, WallTime now) override;
    Result<void> refuse_logins_in_flight(WallTime remembered_until, WallTime now) override;
    Result<bool> is_consumed(OnceKind kind, std::string_view id, WallTime now) override;
    Result<bool> consume_once(OnceKind kind, std::string_view id, WallTime expires_at, WallTime now) override;
    Result<std::optional<CachedDocument>> cached(std::string_view name) override;
    Result<void> cache(std::string_view name, const CachedDocument& document) override;
    Result<std::uint64_t> purge(std::uint64_t at_most, WallTime now) override;
    Result<std::vector<SessionRow>> list(const std::vector<IndexKey>& subs, std::uint64_t at_most,
                                         WallTime now) override;
    Result<StoreStatistics> statistics(WallTime now) override;
    Result<void> check() override;
    Result<void> migrate() override;

private:
    struct Record {
        SessionRow row;
        std::uint64_t fence = 0;
        WallTime lease_until{};
        WallTime retry_at{};
    };
    struct EndedSub {
        WallTime ended_at{};
        WallTime remembered_until{};
    };
    using EndedSid = std::pair<IndexKey, IndexKey>;  // the sid, and the only sub it is ended for (empty: any)

    Record* live(const SessionKey& key, WallTime now);
    bool ended_meanwhile(const NewSession& session, WallTime now) const;
    bool was_ended(const IndexKey& sub, WallTime flow_started_at, WallTime now) const;
    void end_beyond(const SessionLimit& limit, const SessionKey& newest, WallTime now);
    std::vector<SessionRow> rows_of(const std::vector<IndexKey>& subs, WallTime now) const;
    bool remembers_sid(const EndedSid& ended, WallTime now) const;
    void remember_sid(const EndedSid& ended, WallTime until);

    std::mutex mutex_;
    std::map<SessionKey, Record> sessions_;
    std::map<EndedSid, WallTime> ended_sids_;
    std::map<IndexKey, EndedSub> ended_subs_;  // the empty sub: everybody
    std::map<std::pair<OnceKind, std::string>, WallTime> once_;
    std::map<std::string, CachedDocument, std::less<>> cache_;
};

}  // namespace vestibule
