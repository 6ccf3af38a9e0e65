#include <algorithm>
#include <limits>

#include "adapters/postgres/postgres_operations.h"
#include "adapters/postgres/postgres_queries.h"

namespace vestibule::postgres {
namespace {

constexpr std::uint64_t kAllRows = std::numeric_limits<std::int64_t>::max();

Result<void> lock_against_others(PostgresConnection& db, const NewSession& session) {
    Locks locks;
    locks.sub(session.row.sub).browser(session.row.browser);
    if (session.row.sid) locks.sid(*session.row.sid);
    for (const IndexKey& browser : session.replaces_browser) locks.browser(browser);
    if (session.limit) {
        for (const IndexKey& sub : session.limit->subs) locks.sub(sub);
    }
    const auto with_everybody = db.run(query::kLockEverybodyShared);
    if (!with_everybody) return failure(with_everybody.error());
    return locks.take(db);
}

Result<bool> ended_meanwhile(PostgresConnection& db, const NewSession& session, WallTime now) {
    const PostgresValues values(session.row.sid, session.row.sub, session.flow_started_at, now);
    return db.run(query::kEndedMeanwhile, values).map([](const PostgresRows& rows) { return rows.count() > 0; });
}

// False: a live session has this key.
Result<bool> insert_row(PostgresConnection& db, const SessionRow& row, WallTime now) {
    const PostgresValues values(row.key, row.version, row.sid, row.sub, row.browser, row.created_at,
                                row.idle_expires_at, row.expires_at, row.access_expires_at, row.access_lifetime,
                                row.sealed.claims, row.sealed.access_token, row.sealed.refresh_and_id_token, now);
    return db.run(query::kInsert, values).map([](const PostgresRows& inserted) { return inserted.changed() > 0; });
}

Result<void> end_replaced(PostgresConnection& db, const NewSession& session) {
    if (!session.replaces && session.replaces_browser.empty()) return {};
    const PostgresValues values(session.replaces, session.replaces_browser, session.row.key);
    return db.run(query::kEndReplaced, values).map([](const PostgresRows&) {});
}

Result<void> end_beyond_limit(PostgresConnection& db, const NewSession& session, WallTime now) {
    if (!session.limit) return {};
    const std::uint64_t others = std::max<std::uint64_t>(session.limit->at_most, 1) - 1;
    const PostgresValues values(session.limit->subs, now, session.row.key, std::min(others, kAllRows));
    return db.run(query::kEndBeyondLimit, values).map([](const PostgresRows&) {});
}

}  // namespace

SessionRow read_row(const PostgresRows& rows, std::size_t row, SealedColumns sealed) {
    SessionRow session;
    session.key = {rows.octets(row, 0)};
    session.version = static_cast<std::uint64_t>(rows.integer(row, 1));
    if (!rows.is_null(row, 2)) session.sid = IndexKey{rows.octets(row, 2)};
    session.sub = {rows.octets(row, 3)};
    session.browser = {rows.octets(row, 4)};
    session.created_at = rows.time(row, 5);
    session.idle_expires_at = rows.time(row, 6);
    session.expires_at = rows.time(row, 7);
    session.access_expires_at = rows.time(row, 8);
    session.access_lifetime = rows.time(row, 9).time_since_epoch();
    if (sealed == SealedColumns::follow) {
        session.sealed = {rows.octets(row, 10), rows.octets(row, 11), rows.octets(row, 12)};
    }
    return session;
}

Result<InsertOutcome> insert(PostgresConnection& db, const NewSession& session, WallTime now) {
    if (const auto locked = lock_against_others(db, session); !locked) return failure(locked.error());
    const Result<bool> ended = ended_meanwhile(db, session, now);
    if (!ended) return failure(ended.error());
    if (*ended) return InsertOutcome::ended_meanwhile;
    const Result<bool> inserted = insert_row(db, session.row, now);
    if (!inserted) return failure(inserted.error());
    if (!*inserted) return InsertOutcome::key_taken;
    if (const auto replaced = end_replaced(db, session); !replaced) return failure(replaced.error());
    return end_beyond_limit(db, session, now).map([] { return InsertOutcome::inserted; });
}

Result<std::optional<SessionRow>> find(PostgresConnection& db, const SessionKey& key, WallTime now) {
    return db.run(query::kFind, PostgresValues(key, now))
        .map([](const PostgresRows& found) -> std::optional<SessionRow> {
            if (found.count() == 0) return std::nullopt;
            return read_row(found, 0, SealedColumns::follow);
        });
}

Result<bool> touch(PostgresConnection& db, const SessionKey& key, WallTime idle_expires_at, WallTime now) {
    return db.run(query::kTouch, PostgresValues(key, idle_expires_at, now)).map([](const PostgresRows& touched) {
        return touched.changed() > 0;
    });
}

Result<std::optional<SessionRow>> erase(PostgresConnection& db, const SessionKey& key, WallTime now) {
    return db.run(query::kErase, PostgresValues(key))
        .map([now](const PostgresRows& removed) -> std::optional<SessionRow> {
            if (removed.count() == 0) return std::nullopt;
            SessionRow row = read_row(removed, 0, SealedColumns::follow);
            if (row.idle_expires_at <= now) return std::nullopt;
            return row;
        });
}

Result<std::vector<SessionRow>> list(PostgresConnection& db, const std::vector<IndexKey>& subs, std::uint64_t at_most,
                                     WallTime now) {
    const auto limit = std::min(at_most, kAllRows);
    const auto listed = subs.empty() ? db.run(query::kList, PostgresValues(now, limit))
                                     : db.run(query::kListOfSubs, PostgresValues(now, limit, subs));
    if (!listed) return failure(listed.error());
    std::vector<SessionRow> rows;
    for (std::size_t i = 0; i < listed->count(); ++i) {
        rows.push_back(read_row(*listed, i, SealedColumns::are_left_out));
    }
    return rows;
}

Result<StoreStatistics> statistics(PostgresConnection& db, WallTime now) {
    return db.run(query::kStatistics, PostgresValues(now)).map([](const PostgresRows& counted) {
        const auto number = [&](int column) { return static_cast<std::uint64_t>(counted.integer(0, column)); };
        return StoreStatistics{number(0), number(1), number(2), number(3), number(4), number(5)};
    });
}

}  // namespace vestibule::postgres
