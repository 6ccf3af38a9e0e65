#include <set>

#include "adapters/sqlite/sqlite_operations.h"
#include "adapters/sqlite/sqlite_queries.h"

namespace vestibule::sqlite {
namespace {

const char* name_of(OnceKind kind) {
    switch (kind) {
        case OnceKind::flow: return "flow";
        case OnceKind::logout_jti: return "logout_jti";
        case OnceKind::throttle: return "throttle";
    }
    return "";
}

Result<std::uint64_t> end_sid_of_anybody(SqliteConnection& db, const IndexKey& sid, WallTime remembered_until,
                                         WallTime now) {
    const auto kept = db.statement(query::kRememberSid).bind(sid, IndexKey{}, remembered_until).run();
    if (!kept) return kept;
    return count_live(db.statement(query::kEndSid).bind(sid, now));
}

Result<std::uint64_t> end_sid_of_sub(SqliteConnection& db, const IndexKey& sid, const IndexKey& sub,
                                     WallTime remembered_until, WallTime now) {
    const auto kept = db.statement(query::kRememberSid).bind(sid, sub, remembered_until).run();
    if (!kept) return kept;
    return count_live(db.statement(query::kEndSidOfSub).bind(sid, now, sub));
}

}  // namespace

Result<std::uint64_t> end_sid(SqliteConnection& db, const std::vector<IndexKey>& sids,
                              const std::vector<IndexKey>& only_of, WallTime remembered_until, WallTime now) {
    return sum(sids, [&](const IndexKey& sid) {
        if (only_of.empty()) return end_sid_of_anybody(db, sid, remembered_until, now);
        return sum(only_of, [&](const IndexKey& sub) { return end_sid_of_sub(db, sid, sub, remembered_until, now); });
    });
}

Result<std::uint64_t> end_sub(SqliteConnection& db, const std::vector<IndexKey>& subs,
                              const std::optional<SessionKey>& spared, WallTime remembered_until, WallTime now) {
    return sum(subs, [&](const IndexKey& sub) -> Result<std::uint64_t> {
        const auto kept = db.statement(query::kRememberSub).bind(sub, now, remembered_until).run();
        if (!kept) return kept;
        return count_live(db.statement(query::kEndSub).bind(sub, now, spared));
    });
}

Result<std::vector<IndexKey>> subs_of_sid(SqliteConnection& db, const std::vector<IndexKey>& sids, WallTime now) {
    std::set<IndexKey> subs;
    for (const IndexKey& sid : sids) {
        auto found = db.statement(query::kSubsOfSid);
        found.bind(sid, now);
        for (;;) {
            const Result<bool> row = found.next();
            if (!row) return failure(row.error());
            if (!*row) break;
            subs.insert({found.octets(0)});
        }
    }
    return std::vector<IndexKey>(subs.begin(), subs.end());
}

Result<void> refuse_logins_in_flight(SqliteConnection& db, WallTime remembered_until, WallTime now) {
    const IndexKey everybody{};
    return db.statement(query::kRememberSub).bind(everybody, now, remembered_until).run().map([](std::uint64_t) {});
}

Result<bool> is_consumed(SqliteConnection& db, OnceKind kind, std::string_view id, WallTime now) {
    return db.statement(query::kIsConsumed).bind(name_of(kind), id, now).next();
}

Result<bool> consume_once(SqliteConnection& db, OnceKind kind, std::string_view id, WallTime expires_at, WallTime now) {
    return db.statement(query::kConsume).bind(name_of(kind), id, now, expires_at).run().map([](std::uint64_t written) {
        return written > 0;
    });
}

Result<std::optional<CachedDocument>> cached(SqliteConnection& db, std::string_view name) {
    auto found = db.statement(query::kCached);
    return found.bind(name).next().map([&](bool row) -> std::optional<CachedDocument> {
        if (!row) return std::nullopt;
        return CachedDocument{found.octets(0), found.time(1)};
    });
}

Result<void> cache(SqliteConnection& db, std::string_view name, const CachedDocument& document) {
    return db.statement(query::kCache).bind(name, document.sealed, document.stored_at).run().map([](std::uint64_t) {});
}

Result<std::uint64_t> purge(SqliteConnection& db, std::uint64_t at_most, WallTime now) {
    std::uint64_t left = at_most;
    return sum(query::kPurge, [&](const char* sql) -> Result<std::uint64_t> {
        if (left == 0) return 0;
        return db.statement(sql).bind(now, left).run().map([&](std::uint64_t removed) {
            left -= removed;
            return removed;
        });
    });
}

// A disk that is full or read-only shows itself in a write only; this one changes nothing.
Result<void> prove_writable(SqliteConnection& db) {
    return db.statement("UPDATE schema_version SET version = version").run().map([](std::uint64_t) {});
}

}  // namespace vestibule::sqlite
