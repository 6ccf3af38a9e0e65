#include "tests/support/filled_store.h"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "adapters/postgres/postgres_connection.h"
#include "crypto/hash.h"

namespace vestibule {
namespace {

constexpr std::uint64_t kBatch = 20'000;

std::int64_t seconds_of(WallTime time) { return time.time_since_epoch().count(); }

// --- SQLite ---

using Database = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;
using Statement = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;

void execute(sqlite3* database, const char* sql) {
    if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
        throw std::runtime_error(sqlite3_errmsg(database));
}

void bind_octets(sqlite3_stmt* statement, int at, const std::string& octets) {
    sqlite3_bind_blob(statement, at, octets.data(), static_cast<int>(octets.size()), SQLITE_TRANSIENT);
}

void insert_row(sqlite3_stmt* statement, const SessionRow& row) {
    int at = 0;
    for (const std::string* octets : {&row.key.octets, &row.sid->octets, &row.sub.octets, &row.browser.octets,
                                      &row.sealed.claims, &row.sealed.access_token, &row.sealed.refresh_and_id_token})
        bind_octets(statement, ++at, *octets);
    for (const WallTime time : {row.created_at, row.idle_expires_at, row.expires_at, row.access_expires_at})
        sqlite3_bind_int64(statement, ++at, seconds_of(time));
    if (sqlite3_step(statement) != SQLITE_DONE) throw std::runtime_error("SQLite takes no row");
    sqlite3_reset(statement);
}

// --- PostgreSQL ---

// As filled_session() has it.
std::string insert_statement(const Filling& filling, std::uint64_t from, std::uint64_t until) {
    const std::string now = std::to_string(seconds_of(filling.now));
    const std::string idle = "CASE WHEN i < " + std::to_string(filling.live) + " THEN " + now +
                             " + 3600 + i % 36000 ELSE " + now + " - 1 - i % 3600 END";
    return "INSERT INTO session (key, version, sid, sub, browser, created_at, idle_expires_at, expires_at,"
           " access_expires_at, access_lifetime, claims, access_token, refresh_and_id_token)"
           " SELECT sha256(('key ' || i)::bytea), 1, sha256(('sid ' || i)::bytea), sha256(('sub ' || i)::bytea),"
           " sha256(('browser ' || i)::bytea), " +
           now + " - 7200 - i % 3600, " + idle + ", " + now + " + 43200, " + now +
           " + 300, 300, decode(repeat('63', 200), 'hex'), decode(repeat('61', 400), 'hex'),"
           " decode(repeat('72', 400), 'hex') FROM generate_series(" +
           std::to_string(from) + "::bigint, " + std::to_string(until - 1) + ") AS i";
}

template <class T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().detail);
    return *std::move(result);
}

}  // namespace

SessionKey filled_key(std::uint64_t number) { return {sha256("key " + std::to_string(number))}; }

NewSession filled_session(const Filling& filling, std::uint64_t number) {
    const std::string name = std::to_string(number);
    const Seconds spread{static_cast<std::int64_t>(number % 3600)};
    NewSession session;
    SessionRow& row = session.row;
    row.key = filled_key(number);
    row.sid = IndexKey{sha256("sid " + name)};
    row.sub = {sha256("sub " + name)};
    row.browser = {sha256("browser " + name)};
    row.created_at = filling.now - Seconds{7200} - spread;
    row.idle_expires_at = number < filling.live
                              ? filling.now + Seconds{3600 + static_cast<std::int64_t>(number % 36'000)}
                              : filling.now - Seconds{1} - spread;
    row.expires_at = filling.now + Seconds{43'200};
    row.access_expires_at = filling.now + Seconds{300};
    row.access_lifetime = Seconds{300};
    row.sealed = {std::string(200, 'c'), std::string(400, 'a'), std::string(400, 'r')};
    session.flow_started_at = row.created_at;
    return session;
}

void fill_sqlite(const std::string& path, const Filling& filling) {
    sqlite3* opened = nullptr;
    sqlite3_open(path.c_str(), &opened);
    const Database database(opened, sqlite3_close);
    execute(opened, "PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000");
    sqlite3_stmt* prepared = nullptr;
    sqlite3_prepare_v2(opened,
                       "INSERT INTO session (key, sid, sub, browser, claims, access_token, refresh_and_id_token,"
                       " created_at, idle_expires_at, expires_at, access_expires_at, access_lifetime, version)"
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 300, 1)",
                       -1, &prepared, nullptr);
    const Statement statement(prepared, sqlite3_finalize);
    const std::uint64_t all = filling.live + filling.over;
    for (std::uint64_t from = 0; from < all; from += kBatch) {
        execute(opened, "BEGIN");
        const std::uint64_t until = std::min(from + kBatch, all);
        for (std::uint64_t number = from; number < until; ++number)
            insert_row(prepared, filled_session(filling, number).row);
        execute(opened, "COMMIT");
        filling.progress(until);
    }
    execute(opened, "PRAGMA wal_checkpoint(TRUNCATE)");
}

void fill_postgres(const std::string& address, const Filling& filling) {
    constexpr Milliseconds kLimit{600'000};
    const auto hosts = must(parse_postgres_address(address, StoreTls::as_the_address_says, kLimit));
    const auto connection =
        must(PostgresConnection::open(hosts.front(), kLimit, std::chrono::steady_clock::now() + 6 * kLimit));
    const std::uint64_t all = filling.live + filling.over;
    for (std::uint64_t from = 0; from < all; from += kBatch) {
        const std::uint64_t until = std::min(from + kBatch, all);
        must(connection->execute(insert_statement(filling, from, until)));
        filling.progress(until);
    }
    must(connection->execute("VACUUM ANALYZE session"));
    must(connection->execute("CHECKPOINT"));
}

void fill_by_inserts(SessionStore& store, const Filling& filling) {
    constexpr std::uint64_t kThreads = 4;
    const std::uint64_t all = filling.live + filling.over;
    std::vector<std::thread> threads;
    for (std::uint64_t first = 0; first < kThreads; ++first) {
        threads.emplace_back([&, first] {
            for (std::uint64_t number = first; number < all; number += kThreads) {
                must(store.insert(filled_session(filling, number), filling.now - Seconds{7200}));
                if (first == 0 && number % kBatch == 0) filling.progress(number);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    filling.progress(all);
}

}  // namespace vestibule
