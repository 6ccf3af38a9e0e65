#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "adapters/sqlite/sqlite_operations.h"
#include "adapters/sqlite/sqlite_queries.h"

namespace vestibule::sqlite {
namespace {

constexpr std::uint64_t kAllRows = std::numeric_limits<std::int64_t>::max();

SessionRow read_row(const SqliteStatement& row) {
    SessionRow session;
    session.key = {row.octets(0)};
    session.version = row.integer(1);
    if (!row.is_null(2)) session.sid = IndexKey{row.octets(2)};
    session.sub = {row.octets(3)};
    session.browser = {row.octets(4)};
    session.created_at = row.time(5);
    session.idle_expires_at = row.time(6);
    session.expires_at = row.time(7);
    session.access_expires_at = row.time(8);
    session.access_lifetime = row.time(9).time_since_epoch();
    return session;
}

// The row that a query with the sealed columns comes to next, if there is one.
Result<std::optional<SessionRow>> next_row(SqliteStatement& rows) {
    return rows.next().map([&](bool there) -> std::optional<SessionRow> {
        if (!there) return std::nullopt;
        SessionRow session = read_row(rows);
        session.sealed = {rows.octets(10), rows.octets(11), rows.octets(12)};
        return session;
    });
}

Result<bool> ended_meanwhile(SqliteConnection& db, const NewSession& session, WallTime now) {
    return db.statement(query::kEndedMeanwhile)
        .bind(session.row.sid, session.row.sub, session.flow_started_at, now)
        .next();
}

// False: a live session has this key.
Result<bool> insert_row(SqliteConnection& db, const SessionRow& row, WallTime now) {
    const auto room = db.statement(query::kMakeRoom).bind(row.key, now).run();
    if (!room) return failure(room.error());
    return db.statement(query::kInsert)
        .bind(row.key, row.version, row.sid, row.sub, row.browser, row.created_at, row.idle_expires_at, row.expires_at,
              row.access_expires_at, row.access_lifetime, row.sealed.claims, row.sealed.access_token,
              row.sealed.refresh_and_id_token)
        .run()
        .map([](std::uint64_t inserted) { return inserted > 0; });
}

// The new one is not among those it counts: it stays, whatever its clock said.
Result<void> end_beyond_limit(SqliteConnection& db, const SessionLimit& limit, const SessionKey& newest, WallTime now) {
    auto rows = list(db, limit.subs, kAllRows, now);
    if (!rows) return failure(rows.error());
    std::erase_if(*rows, [&](const SessionRow& row) { return row.key == newest; });
    for (std::size_t i = std::max<std::uint64_t>(limit.at_most, 1) - 1; i < rows->size(); ++i) {
        const auto erased = erase(db, (*rows)[i].key, now);
        if (!erased) return failure(erased.error());
    }
    return {};
}

Result<void> end_replaced(SqliteConnection& db, const NewSession& session, WallTime now) {
    if (session.replaces) {
        const auto erased = erase(db, *session.replaces, now);
        if (!erased) return failure(erased.error());
    }
    return sum(session.replaces_browser,
               [&](const IndexKey& browser) {
                   return db.statement(query::kEndOthersOfBrowser).bind(browser, session.row.key).run();
               })
        .map([](std::uint64_t) {});
}

Result<std::uint64_t> append_rows(std::vector<SessionRow>& rows, SqliteStatement& found) {
    for (;;) {
        const Result<bool> row = found.next();
        if (!row) return failure(row.error());
        if (!*row) return rows.size();
        rows.push_back(read_row(found));
    }
}

void keep_newest(std::vector<SessionRow>& rows, std::uint64_t at_most) {
    std::sort(rows.begin(), rows.end(), [](const SessionRow& a, const SessionRow& b) {
        return std::tie(b.created_at, a.key) < std::tie(a.created_at, b.key);
    });
    if (rows.size() > at_most) rows.resize(at_most);
}

}  // namespace

Result<std::uint64_t> count_live(SqliteStatement& removed) {
    for (std::uint64_t live = 0;;) {
        const Result<bool> row = removed.next();
        if (!row) return failure(row.error());
        if (!*row) return live;
        live += removed.integer(0);
    }
}

Result<InsertOutcome> insert(SqliteConnection& db, const NewSession& session, WallTime now) {
    const Result<bool> ended = ended_meanwhile(db, session, now);
    if (!ended) return failure(ended.error());
    if (*ended) return InsertOutcome::ended_meanwhile;
    const Result<bool> inserted = insert_row(db, session.row, now);
    if (!inserted) return failure(inserted.error());
    if (!*inserted) return InsertOutcome::key_taken;
    const Result<void> replaced = end_replaced(db, session, now);
    if (!replaced) return failure(replaced.error());
    if (session.limit) {
        const Result<void> limited = end_beyond_limit(db, *session.limit, session.row.key, now);
        if (!limited) return failure(limited.error());
    }
    return InsertOutcome::inserted;
}

Result<std::optional<SessionRow>> find(SqliteConnection& db, const SessionKey& key, WallTime now) {
    return next_row(db.statement(query::kFind).bind(key, now));
}

Result<bool> touch(SqliteConnection& db, const SessionKey& key, WallTime idle_expires_at, WallTime now) {
    return db.statement(query::kTouch).bind(key, idle_expires_at, now).run().map([](std::uint64_t changed) {
        return changed > 0;
    });
}

Result<std::optional<SessionRow>> erase(SqliteConnection& db, const SessionKey& key, WallTime now) {
    auto removed = next_row(db.statement(query::kErase).bind(key));
    if (removed && *removed && (*removed)->idle_expires_at <= now) return std::nullopt;
    return removed;
}

Result<std::vector<SessionRow>> list(SqliteConnection& db, const std::vector<IndexKey>& subs, std::uint64_t at_most,
                                     WallTime now) {
    std::vector<SessionRow> rows;
    const auto of_sub = [&](const IndexKey& sub) {
        return append_rows(rows, db.statement(query::kListOfSub).bind(now, at_most, sub));
    };
    const auto listed = subs.empty() ? append_rows(rows, db.statement(query::kList).bind(now, at_most))
                                     : sum(std::set<IndexKey>(subs.begin(), subs.end()), of_sub);
    if (!listed) return failure(listed.error());
    keep_newest(rows, at_most);
    return rows;
}

Result<StoreStatistics> statistics(SqliteConnection& db, WallTime now) {
    auto counted = db.statement(query::kStatistics);
    return counted.bind(now).next().map([&](bool) {
        return StoreStatistics{counted.integer(0), counted.integer(1), counted.integer(2),
                               counted.integer(3), counted.integer(4), counted.integer(5)};
    });
}

}  // namespace vestibule::sqlite
