#include "tests/support/memory_session_store.h"

#include <algorithm>

namespace vestibule {
namespace {

bool contains(const std::vector<IndexKey>& keys, const IndexKey& key) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
}

bool is_over(WallTime expires_at, WallTime now) { return expires_at <= now; }

}  // namespace

MemorySessionStore::Record* MemorySessionStore::live(const SessionKey& key, WallTime now) {
    const auto found = sessions_.find(key);
    if (found == sessions_.end() || is_over(found->second.row.idle_expires_at, now)) return nullptr;
    return &found->second;
}

bool MemorySessionStore::remembers_sid(const EndedSid& ended, WallTime now) const {
    const auto found = ended_sids_.find(ended);
    return found != ended_sids_.end() && !is_over(found->second, now);
}

bool MemorySessionStore::ended_meanwhile(const NewSession& session, WallTime now) const {
    const SessionRow& row = session.row;
    if (row.sid && (remembers_sid({*row.sid, {}}, now) || remembers_sid({*row.sid, row.sub}, now))) return true;
    return was_ended(row.sub, session.flow_started_at, now) || was_ended({}, session.flow_started_at, now);
}

bool MemorySessionStore::was_ended(const IndexKey& sub, WallTime flow_started_at, WallTime now) const {
    const auto ended = ended_subs_.find(sub);
    return ended != ended_subs_.end() && !is_over(ended->second.remembered_until, now) &&
           flow_started_at <= ended->second.ended_at;
}

void MemorySessionStore::end_beyond(const SessionLimit& limit, const SessionKey& newest, WallTime now) {
    std::uint64_t kept = 1;
    for (const SessionRow& row : rows_of(limit.subs, now)) {
        if (row.key != newest && ++kept > limit.at_most) sessions_.erase(row.key);
    }
}

Result<InsertOutcome> MemorySessionStore::insert(const NewSession& session, WallTime now) {
    const std::lock_guard lock(mutex_);
    if (ended_meanwhile(session, now)) return InsertOutcome::ended_meanwhile;
    if (live(session.row.key, now) != nullptr) return InsertOutcome::key_taken;
    if (session.replaces) sessions_.erase(*session.replaces);
    std::erase_if(sessions_,
                  [&](const auto& entry) { return contains(session.replaces_browser, entry.second.row.browser); });
    Record record{session.row, 0, {}, {}};
    record.row.idle_expires_at = std::min(record.row.idle_expires_at, record.row.expires_at);
    sessions_.insert_or_assign(session.row.key, std::move(record));
    if (session.limit) end_beyond(*session.limit, session.row.key, now);
    return InsertOutcome::inserted;
}

Result<std::optional<SessionRow>> MemorySessionStore::find(const SessionKey& key, WallTime now) {
    const std::lock_guard lock(mutex_);
    const Record* record = live(key, now);
    if (record == nullptr) return std::nullopt;
    return record->row;
}

Result<bool> MemorySessionStore::touch(const SessionKey& key, WallTime idle_expires_at, WallTime now) {
    const std::lock_guard lock(mutex_);
    Record* record = live(key, now);
    if (record == nullptr) return false;
    SessionRow& row = record->row;
    row.idle_expires_at = std::max(row.idle_expires_at, std::min(idle_expires_at, row.expires_at));
    return true;
}

Result<std::optional<SessionRow>> MemorySessionStore::erase(const SessionKey& key, WallTime now) {
    const std::lock_guard lock(mutex_);
    std::optional<SessionRow> ended;
    if (const Record* record = live(key, now)) ended = record->row;
    sessions_.erase(key);
    return ended;
}

Result<LeaseAnswer> MemorySessionStore::acquire_lease(const SessionKey& key, Seconds duration, WallTime now) {
    const std::lock_guard lock(mutex_);
    Record* record = live(key, now);
    if (record == nullptr) return SessionGone{};
    if (!is_over(record->lease_until, now)) return LeaseHeld{record->lease_until};
    if (!is_over(record->retry_at, now)) return RefreshBackoff{record->retry_at};
    record->lease_until = now + duration;
    return Lease{++record->fence, record->row};
}

Result<ReplaceOutcome> MemorySessionStore::replace(const Replacement& replacement, WallTime now) {
    const std::lock_guard lock(mutex_);
    Record* record = live(replacement.key, now);
    if (record == nullptr) return ReplaceOutcome::gone;
    if (record->row.version != replacement.expected_version || record->fence != replacement.fence) {
        return ReplaceOutcome::stale;
    }
    ++record->row.version;
    record->row.sealed = replacement.sealed;
    record->row.access_expires_at = replacement.access_expires_at;
    record->row.access_lifetime = replacement.access_lifetime;
    record->lease_until = {};
    record->retry_at = {};
    return ReplaceOutcome::replaced;
}

Result<void> MemorySessionStore::release_lease(const SessionKey& key, std::uint64_t fence,
                                               std::optional<WallTime> retry_at, WallTime now) {
    const std::lock_guard lock(mutex_);
    Record* record = live(key, now);
    if (record == nullptr || record->fence != fence) return {};
    record->lease_until = {};
    if (retry_at) record->retry_at = *retry_at;
    return {};
}

Result<ReplaceOutcome> MemorySessionStore::erase_if_unchanged(const SessionKey& key, std::uint64_t expected_version,
                                                              std::uint64_t fence, WallTime now) {
    const std::lock_guard lock(mutex_);
    const Record* record = live(key, now);
    if (record == nullptr) return ReplaceOutcome::gone;
    if (record->row.version != expected_version || record->fence != fence) return ReplaceOutcome::stale;
    sessions_.erase(key);
    return ReplaceOutcome::replaced;
}

void MemorySessionStore::remember_sid(const EndedSid& ended, WallTime until) {
    WallTime& remembered_until = ended_sids_[ended];
    remembered_until = std::max(remembered_until, until);
}

Result<std::uint64_t> MemorySessionStore::end_sid(const std::vector<IndexKey>& sids,
                                                  const std::vector<IndexKey>& only_of, WallTime remembered_until,
                                                  WallTime now) {
    const std::lock_guard lock(mutex_);
    for (const IndexKey& sid : sids) {
        if (only_of.empty()) remember_sid({sid, {}}, remembered_until);
        for (const IndexKey& sub : only_of) remember_sid({sid, sub}, remembered_until);
    }
    std::uint64_t ended = 0;
    std::erase_if(sessions_, [&](const auto& entry) {
        const SessionRow& row = entry.second.row;
        if (!row.sid || !contains(sids, *row.sid)) return false;
        if (!only_of.empty() && !contains(only_of, row.sub)) return false;
        if (!is_over(row.idle_expires_at, now)) ++ended;
        return true;
    });
    return ended;
}

Result<std::uint64_t> MemorySessionStore::end_sub(const std::vector<IndexKey>& subs,
                                                  const std::optional<SessionKey>& spared, WallTime remembered_until,
                                                  WallTime now) {
    const std::lock_guard lock(mutex_);
    for (const IndexKey& sub : subs) {
        EndedSub& ended = ended_subs_[sub];
        ended.ended_at = std::max(ended.ended_at, now);
        ended.remembered_until = std::max(ended.remembered_until, remembered_until);
    }
    std::uint64_t ended = 0;
    std::erase_if(sessions_, [&](const auto& entry) {
        if (!contains(subs, entry.second.row.sub) || entry.first == spared) return false;
        if (!is_over(entry.second.row.idle_expires_at, now)) ++ended;
        return true;
    });
    return ended;
}

Result<std::vector<IndexKey>> MemorySessionStore::subs_of_sid(const std::vector<IndexKey>& sids, WallTime now) {
    const std::lock_guard lock(mutex_);
    std::set<IndexKey> subs;
    for (const SessionRow& row : rows_of({}, now)) {
        if (row.sid && contains(sids, *row.sid)) subs.insert(row.sub);
    }
    return std::vector<IndexKey>(subs.begin(), subs.end());
}

Result<void> MemorySessionStore::refuse_logins_in_flight(WallTime remembered_until, WallTime now) {
    return end_sub({IndexKey{}}, {}, remembered_until, now).map([](std::uint64_t) {});
}

Result<bool> MemorySessionStore::is_consumed(OnceKind kind, std::string_view id, WallTime now) {
    const std::lock_guard lock(mutex_);
    const auto found = once_.find({kind, std::string(id)});
    return found != once_.end() && !is_over(found->second, now);
}

Result<bool> MemorySessionStore::consume_once(OnceKind kind, std::string_view id, WallTime expires_at, WallTime now) {
    const std::lock_guard lock(mutex_);
    const auto [entry, added] = once_.try_emplace({kind, std::string(id)}, expires_at);
    if (added) return true;
    if (!is_over(entry->second, now)) return false;
    entry->second = expires_at;
    return true;
}

Result<std::optional<CachedDocument>> MemorySessionStore::cached(std::string_view name) {
    const std::lock_guard lock(mutex_);
    const auto found = cache_.find(name);
    if (found == cache_.end()) return std::nullopt;
    return found->second;
}

Result<void> MemorySessionStore::cache(std::string_view name, const CachedDocument& document) {
    const std::lock_guard lock(mutex_);
    cache_.insert_or_assign(std::string(name), document);
    return {};
}

Result<std::uint64_t> MemorySessionStore::purge(std::uint64_t at_most, WallTime now) {
    const std::lock_guard lock(mutex_);
    std::uint64_t removed = 0;
    const auto sweep = [&](auto& records, auto expiry_of) {
        std::erase_if(records, [&](const auto& entry) {
            return removed < at_most && is_over(expiry_of(entry.second), now) && ++removed > 0;
        });
    };
    sweep(sessions_, [](const Record& record) { return record.row.idle_expires_at; });
    sweep(once_, [](WallTime expires_at) { return expires_at; });
    sweep(ended_sids_, [](WallTime remembered_until) { return remembered_until; });
    sweep(ended_subs_, [](const EndedSub& ended) { return ended.remembered_until; });
    return removed;
}

// Newest first.
std::vector<SessionRow> MemorySessionStore::rows_of(const std::vector<IndexKey>& subs, WallTime now) const {
    std::vector<SessionRow> rows;
    for (const auto& [key, record] : sessions_) {
        if (is_over(record.row.idle_expires_at, now)) continue;
        if (!subs.empty() && !contains(subs, record.row.sub)) continue;
        rows.push_back(record.row);
        rows.back().sealed = {};
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const SessionRow& a, const SessionRow& b) { return a.created_at > b.created_at; });
    return rows;
}

Result<std::vector<SessionRow>> MemorySessionStore::list(const std::vector<IndexKey>& subs, std::uint64_t at_most,
                                                         WallTime now) {
    const std::lock_guard lock(mutex_);
    std::vector<SessionRow> rows = rows_of(subs, now);
    if (rows.size() > at_most) rows.resize(at_most);
    return rows;
}

Result<StoreStatistics> MemorySessionStore::statistics(WallTime now) {
    const std::lock_guard lock(mutex_);
    StoreStatistics counted;
    std::set<IndexKey> users;
    for (const auto& [key, record] : sessions_) {
        const bool over = is_over(record.row.idle_expires_at, now);
        ++(over ? counted.expired : counted.sessions);
        if (!over) users.insert(record.row.sub);
    }
    counted.users = users.size();
    counted.one_time_ids = once_.size();
    counted.ended_marks = ended_sids_.size() + ended_subs_.size();
    counted.documents = cache_.size();
    return counted;
}

Result<void> MemorySessionStore::check() { return {}; }
Result<void> MemorySessionStore::migrate() { return {}; }

}  // namespace vestibule
