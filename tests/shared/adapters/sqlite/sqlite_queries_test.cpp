// Every query finds its rows by an index, so that a million sessions are as fast as none (DESIGN §6).
//
// VESTIBULE_STORE_ROWS=1000000 fills that many rows instead of 20 000, and prints what lookups and purges take.
#include "adapters/sqlite/sqlite_queries.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <chrono>
#include <cstdio>
#include <functional>

#include "adapters/sqlite/sqlite_migrations.h"
#include "adapters/sqlite/sqlite_operations.h"
#include "tests/shared/adapters/sqlite/scratch_directory.h"

using namespace vestibule;
using namespace vestibule::sqlite;

TestSuite(sqlite_queries, .fini = remove_scratch_directory, .timeout = 600);

static std::unique_ptr<SqliteConnection> connect() {
    auto connection =
        SqliteConnection::open(scratch_directory() + "/sessions.db", std::chrono::steady_clock::now() + Seconds{5});
    cr_assert(connection.has_value());
    cr_assert(bring_up_to_date(**connection).has_value());
    return *std::move(connection);
}

static constexpr WallTime kNow{Seconds{1'000'000}};

static std::int64_t rows_to_fill() {
    const char* rows = std::getenv("VESTIBULE_STORE_ROWS");
    return rows == nullptr ? 20'000 : std::atoll(rows);
}

// Session i of rows: its end is spread over two days around kNow, ten sessions for each sub; every tenth of the rest.
static void fill(SqliteConnection& db, std::int64_t rows) {
    const auto run = [&](const char* sql) {
        const auto filled = db.statement(sql).bind(rows).run();
        cr_assert(filled.has_value(), "%s", filled ? "" : filled.error().detail.c_str());
    };
    run("WITH RECURSIVE i(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM i WHERE n + 1 < ?1)"
        " INSERT INTO session SELECT CAST(printf('%032d', n * 7919 % ?1) AS BLOB), 1, 0, 0, 0,"
        " 1000000 - 86400 + n * 7919 % 172800, 2000000, n, n, 300, CAST('sid' || n AS BLOB),"
        " CAST('sub' || (n / 10) AS BLOB), CAST('browser' || n AS BLOB), zeroblob(300), zeroblob(600), zeroblob(1200) "
        "FROM i");
    run("WITH RECURSIVE i(n) AS (SELECT 0 UNION ALL SELECT n + 10 FROM i WHERE n + 10 < ?1)"
        " INSERT INTO once SELECT 'flow', CAST('id' || n AS BLOB), 1000000 - 300 + n % 600 FROM i");
    run("WITH RECURSIVE i(n) AS (SELECT 0 UNION ALL SELECT n + 10 FROM i WHERE n + 10 < ?1)"
        " INSERT INTO ended_sid SELECT CAST('sid' || n AS BLOB), x'', 1000000 - 300 + n % 600 FROM i");
    run("WITH RECURSIVE i(n) AS (SELECT 0 UNION ALL SELECT n + 10 FROM i WHERE n + 10 < ?1)"
        " INSERT INTO ended_sub SELECT CAST('sub' || n AS BLOB), n, 1000000 - 300 + n % 600 FROM i");
}

static std::string plan_of(SqliteConnection& db, const char* query) {
    static std::vector<std::unique_ptr<std::string>> kept;  // a statement's text outlives its connection
    kept.push_back(std::make_unique<std::string>(std::string("EXPLAIN QUERY PLAN ") + query));
    auto steps = db.statement(kept.back()->c_str());
    std::string plan;
    while (steps.next().value_or(false)) plan += steps.octets(3) + "\n";
    return plan;
}

struct Hot {
    const char* name;
    const char* query;
    const char* index;  // what the plan has to name
};

static const Hot kHot[] = {
    {"find", query::kFind, "USING INDEX sqlite_autoindex_session_1 (key=?)"},
    {"ended meanwhile: sid", query::kEndedMeanwhile, "SEARCH ended_sid USING PRIMARY KEY (sid=? AND only_of=?)"},
    {"ended meanwhile: sub", query::kEndedMeanwhile, "SEARCH ended_sub USING PRIMARY KEY (sub=?)"},
    {"make room", query::kMakeRoom, "USING INDEX sqlite_autoindex_session_1 (key=?)"},
    {"touch", query::kTouch, "USING INDEX sqlite_autoindex_session_1 (key=?)"},
    {"erase", query::kErase, "USING INDEX sqlite_autoindex_session_1 (key=?)"},
    {"lease state", query::kLeaseState, "USING INDEX sqlite_autoindex_session_1 (key=?)"},
    {"grant lease", query::kGrantLease, "USING INDEX sqlite_autoindex_session_1 (key=?)"},
    {"replace", query::kReplace, "USING INDEX sqlite_autoindex_session_1 (key=?)"},
    {"release lease", query::kReleaseLease, "USING INDEX sqlite_autoindex_session_1 (key=?)"},
    {"erase if unchanged", query::kEraseIfUnchanged, "USING INDEX sqlite_autoindex_session_1 (key=?)"},
    {"end sid", query::kEndSid, "session_by_sid (sid=?)"},
    {"end sid of sub", query::kEndSidOfSub, "session_by_sid (sid=? AND sub=?)"},
    {"subs of sid", query::kSubsOfSid, "session_by_sid (sid=?)"},
    {"end sub", query::kEndSub, "session_by_sub (sub=?)"},
    {"is consumed", query::kIsConsumed, "SEARCH once USING PRIMARY KEY (kind=? AND id=?)"},
    {"cached", query::kCached, "USING INDEX sqlite_autoindex_cached_document_1 (name=?)"},
    {"purge sessions", query::kPurgeSessions, "session_by_expiry (idle_expires_at<?)"},
    {"purge once", query::kPurgeOnce, "once_by_expiry (expires_at<?)"},
    {"purge ended sids", query::kPurgeEndedSids, "ended_sid_by_expiry (remembered_until<?)"},
    {"purge ended subs", query::kPurgeEndedSubs, "ended_sub_by_expiry (remembered_until<?)"},
    {"end others of browser", query::kEndOthersOfBrowser, "session_by_browser (browser=?)"},
    {"list", query::kList, "USING INDEX session_by_created"},
    {"list of sub", query::kListOfSub, "USING INDEX session_by_sub (sub=?)"},
    {"statistics", query::kStatistics, "USING COVERING INDEX session_by_expiry (idle_expires_at>?)"},
};

static void expect_indexes(SqliteConnection& db) {
    for (const Hot& hot : kHot) {
        const std::string plan = plan_of(db, hot.query);
        cr_expect(plan.find(hot.index) != std::string::npos, "%s:\n%s", hot.name, plan.c_str());
        const auto scan = plan.find("SCAN ");
        const bool in_order = scan != std::string::npos && plan.find("USING INDEX", scan) != std::string::npos;
        const bool constant = plan.find("SCAN CONSTANT ROW") == scan;
        cr_expect(scan == std::string::npos || in_order || constant, "%s:\n%s", hot.name, plan.c_str());
    }
}

Test(sqlite_queries, each_finds_its_rows_by_an_index) {
    const auto db = connect();
    expect_indexes(*db);
    fill(*db, rows_to_fill());
    cr_assert(db->execute("ANALYZE").has_value());
    expect_indexes(*connect());  // a new connection reads what ANALYZE found
}

static double microseconds_of(int times, const std::function<void(int)>& work) {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < times; ++i) work(i);
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count() / times;
}

static SessionKey key_of(std::int64_t number) {
    char octets[33];
    std::snprintf(octets, sizeof octets, "%032lld", static_cast<long long>(number));
    return {octets};
}

Test(sqlite_queries, a_purge_of_a_batch_is_short_and_lookups_stay_fast_in_a_full_store) {
    const auto db = connect();
    const std::int64_t rows = rows_to_fill();
    fill(*db, rows);
    int found = 0;
    const double lookup = microseconds_of(
        10'000, [&](int i) { found += find(*db, key_of(i * 104'729LL % rows), kNow)->has_value() ? 1 : 0; });
    std::uint64_t removed = 0;
    // Writing the log back into the file comes after the commit, when the lock is free again.
    cr_assert(db->execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA wal_autocheckpoint = 0").has_value());
    const double batch =
        microseconds_of(10, [&](int) { removed += *db->write_transaction([&] { return purge(*db, 100, kNow); }); });
    cr_expect(found > 1000 && found < 10'000);
    cr_expect(eq(u64, removed, 1000));
    cr_expect(lookup < 2000);    // a scan of 20 000 rows takes longer
    cr_expect(batch < 500'000);  // generous: this machine may be busy
    if (std::getenv("VESTIBULE_STORE_ROWS") != nullptr) {
        std::fprintf(stderr, "%lld rows: find %.1f us, purge of 100 %.1f ms\n", static_cast<long long>(rows), lookup,
                     batch / 1000);
    }
}
