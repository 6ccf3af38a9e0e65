#include <algorithm>
#include <limits>

#include "adapters/postgres/postgres_operations.h"
#include "adapters/postgres/postgres_queries.h"

namespace vestibule::postgres {
namespace {

const char* name_of(OnceKind kind) {
    switch (kind) {
        case OnceKind::flow: return "flow";
        case OnceKind::logout_jti: return "logout_jti";
        case OnceKind::throttle: return "throttle";
    }
    return "";
}

std::uint64_t first_number(const PostgresRows& rows) { return static_cast<std::uint64_t>(rows.integer(0, 0)); }

}  // namespace

Result<std::uint64_t> end_sid(PostgresConnection& db, const std::vector<IndexKey>& sids,
                              const std::vector<IndexKey>& only_of, WallTime remembered_until, WallTime now) {
    Locks locks;
    for (const IndexKey& sid : sids) locks.sid(sid);
    if (const auto locked = locks.take(db); !locked) return failure(locked.error());
    const std::vector<IndexKey> whose = only_of.empty() ? std::vector<IndexKey>{IndexKey{}} : only_of;
    const auto kept = db.run(query::kRememberSids, PostgresValues(sids, whose, remembered_until));
    if (!kept) return failure(kept.error());
    if (only_of.empty()) return db.run(query::kEndSids, PostgresValues(sids, now)).map(first_number);
    return db.run(query::kEndSidsOfSubs, PostgresValues(sids, now, only_of)).map(first_number);
}

Result<std::uint64_t> end_sub(PostgresConnection& db, const std::vector<IndexKey>& subs,
                              const std::optional<SessionKey>& spared, WallTime remembered_until, WallTime now) {
    Locks locks;
    for (const IndexKey& sub : subs) locks.sub(sub);
    if (const auto locked = locks.take(db); !locked) return failure(locked.error());
    const auto kept = db.run(query::kRememberSubs, PostgresValues(subs, now, remembered_until));
    if (!kept) return failure(kept.error());
    return db.run(query::kEndSubs, PostgresValues(subs, now, spared)).map(first_number);
}

Result<std::vector<IndexKey>> subs_of_sid(PostgresConnection& db, const std::vector<IndexKey>& sids, WallTime now) {
    return db.run(query::kSubsOfSids, PostgresValues(sids, now)).map([](const PostgresRows& found) {
        std::vector<IndexKey> subs;
        for (std::size_t i = 0; i < found.count(); ++i) subs.push_back({found.octets(i, 0)});
        return subs;
    });
}

Result<void> refuse_logins_in_flight(PostgresConnection& db, WallTime remembered_until, WallTime now) {
    if (const auto alone = db.run(query::kLockEverybody); !alone) return failure(alone.error());
    const std::vector<IndexKey> everybody{IndexKey{}};
    return db.run(query::kRememberSubs, PostgresValues(everybody, now, remembered_until)).map([](const PostgresRows&) {
    });
}

Result<bool> is_consumed(PostgresConnection& db, OnceKind kind, std::string_view id, WallTime now) {
    return db.run(query::kIsConsumed, PostgresValues(name_of(kind), id, now)).map([](const PostgresRows& rows) {
        return rows.count() > 0;
    });
}

Result<bool> consume_once(PostgresConnection& db, OnceKind kind, std::string_view id, WallTime expires_at,
                          WallTime now) {
    return db.run(query::kConsume, PostgresValues(name_of(kind), id, now, expires_at))
        .map([](const PostgresRows& written) { return written.changed() > 0; });
}

Result<std::optional<CachedDocument>> cached(PostgresConnection& db, std::string_view name) {
    return db.run(query::kCached, PostgresValues(name))
        .map([](const PostgresRows& found) -> std::optional<CachedDocument> {
            if (found.count() == 0) return std::nullopt;
            return CachedDocument{found.octets(0, 0), found.time(0, 1)};
        });
}

Result<void> cache(PostgresConnection& db, std::string_view name, const CachedDocument& document) {
    return db.run(query::kCache, PostgresValues(name, document.sealed, document.stored_at))
        .map([](const PostgresRows&) {});
}

Result<std::uint64_t> purge(PostgresConnection& db, std::uint64_t at_most, WallTime now) {
    std::uint64_t left = std::min<std::uint64_t>(at_most, std::numeric_limits<std::int64_t>::max());
    std::uint64_t removed = 0;
    for (const char* sql : query::kPurge) {
        if (left == 0) break;
        const auto part = db.run(sql, PostgresValues(now, left));
        if (!part) return failure(part.error());
        removed += part->changed();
        left -= part->changed();
    }
    return removed;
}

Result<std::optional<WallTime>> server_time(PostgresConnection& db) {
    return db.run(query::kServerTime).map([](const PostgresRows& rows) { return std::optional(rows.time(0, 0)); });
}

Result<void> prove_writable(PostgresConnection& db) {
    return db.run(query::kProveWritable).map([](const PostgresRows&) {});
}

}  // namespace vestibule::postgres
