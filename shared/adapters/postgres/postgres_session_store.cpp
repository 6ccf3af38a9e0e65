#include "adapters/postgres/postgres_session_store.h"

#include <chrono>
#include <utility>

#include "adapters/postgres/postgres_migrations.h"
#include "adapters/postgres/postgres_operations.h"
#include "adapters/postgres/postgres_pool.h"

namespace vestibule {
namespace {

using Db = PostgresConnection;
using Effect = PostgresConnection::Effect;

constexpr int kAttempts = 3;
constexpr Seconds kMigrationLimit{3600};

class PostgresSessionStore : public SessionStore {
public:
    PostgresSessionStore(std::vector<PostgresParameters> hosts, const PostgresStoreOptions& options)
        : options_(options), pool_(std::move(hosts), options.connections, options.time_limit) {}

    Result<InsertOutcome> insert(const NewSession& session, WallTime now) override {
        return in_transaction("insert", [&](Db& db) -> Result<InsertOutcome> {
            const auto outcome = postgres::insert(db, session, now);
            if (!outcome || *outcome != InsertOutcome::inserted) return outcome;
            return purge_a_few(db, now).map([&] { return *outcome; });
        });
    }
    Result<std::optional<SessionRow>> find(const SessionKey& key, WallTime now) override {
        return read("find", [&](Db& db) { return postgres::find(db, key, now); });
    }
    Result<bool> touch(const SessionKey& key, WallTime idle_expires_at, WallTime now) override {
        return write("touch", [&](Db& db) { return postgres::touch(db, key, idle_expires_at, now); });
    }
    Result<std::optional<SessionRow>> erase(const SessionKey& key, WallTime now) override {
        return write("erase", [&](Db& db) { return postgres::erase(db, key, now); });
    }

    Result<LeaseAnswer> acquire_lease(const SessionKey& key, Seconds duration, WallTime now) override {
        return write("acquire_lease", [&](Db& db) { return postgres::acquire_lease(db, key, duration, now); });
    }
    Result<ReplaceOutcome> replace(const Replacement& replacement, WallTime now) override {
        return write("replace", [&](Db& db) { return postgres::replace(db, replacement, now); });
    }
    Result<void> release_lease(const SessionKey& key, std::uint64_t fence, std::optional<WallTime> retry_at,
                               WallTime now) override {
        return write("release_lease", [&](Db& db) { return postgres::release_lease(db, key, fence, retry_at, now); });
    }
    Result<ReplaceOutcome> erase_if_unchanged(const SessionKey& key, std::uint64_t expected_version,
                                              std::uint64_t fence, WallTime now) override {
        return write("erase_if_unchanged",
                     [&](Db& db) { return postgres::erase_if_unchanged(db, key, expected_version, fence, now); });
    }

    Result<std::uint64_t> end_sid(const std::vector<IndexKey>& sids, const std::vector<IndexKey>& only_of,
                                  WallTime remembered_until, WallTime now) override {
        return in_transaction("end_sid",
                              [&](Db& db) { return postgres::end_sid(db, sids, only_of, remembered_until, now); });
    }
    Result<std::uint64_t> end_sub(const std::vector<IndexKey>& subs, const std::optional<SessionKey>& spared,
                                  WallTime remembered_until, WallTime now) override {
        return in_transaction("end_sub",
                              [&](Db& db) { return postgres::end_sub(db, subs, spared, remembered_until, now); });
    }

    Result<std::vector<IndexKey>> subs_of_sid(const std::vector<IndexKey>& sids, WallTime now) override {
        return read("subs_of_sid", [&](Db& db) { return postgres::subs_of_sid(db, sids, now); });
    }
    Result<void> refuse_logins_in_flight(WallTime remembered_until, WallTime now) override {
        return in_transaction("refuse_logins_in_flight",
                              [&](Db& db) { return postgres::refuse_logins_in_flight(db, remembered_until, now); });
    }

    Result<bool> is_consumed(OnceKind kind, std::string_view id, WallTime now) override {
        return read("is_consumed", [&](Db& db) { return postgres::is_consumed(db, kind, id, now); });
    }
    Result<bool> consume_once(OnceKind kind, std::string_view id, WallTime expires_at, WallTime now) override {
        // A throttle is asked at every request and mostly says no: that writes nothing.
        const auto consumed = is_consumed(kind, id, now);
        if (!consumed) return consumed;
        if (*consumed) return false;
        return in_transaction("consume_once", [&](Db& db) -> Result<bool> {
            const auto first = postgres::consume_once(db, kind, id, expires_at, now);
            if (!first || !*first) return first;
            return purge_a_few(db, now).map([] { return true; });
        });
    }

    Result<std::optional<CachedDocument>> cached(std::string_view name) override {
        return read("cached", [&](Db& db) { return postgres::cached(db, name); });
    }
    Result<void> cache(std::string_view name, const CachedDocument& document) override {
        return write("cache", [&](Db& db) { return postgres::cache(db, name, document); });
    }

    Result<std::uint64_t> purge(std::uint64_t at_most, WallTime now) override {
        return in_transaction("purge", [&](Db& db) { return postgres::purge(db, at_most, now); });
    }
    Result<std::vector<SessionRow>> list(const std::vector<IndexKey>& subs, std::uint64_t at_most,
                                         WallTime now) override {
        return read("list", [&](Db& db) { return postgres::list(db, subs, at_most, now); });
    }
    Result<StoreStatistics> statistics(WallTime now) override {
        return read("statistics", [&](Db& db) { return postgres::statistics(db, now); });
    }
    Result<std::optional<WallTime>> server_time() override {
        return read("server_time", [](Db& db) { return postgres::server_time(db); });
    }
    Result<void> check() override {
        // The schema may have moved on since this connection was opened.
        const auto current = read("check", [](Db& db) { return check_schema(db); });
        if (!current) return current;
        return write("check", [](Db& db) { return postgres::prove_writable(db); });
    }
    Result<void> migrate() override {
        auto connection = pool_.open(deadline(), SchemaCheck::none);
        if (!connection) return named("migrate", connection.error());
        (*connection)->begin(Effect::writes, std::chrono::steady_clock::now() + kMigrationLimit);
        if (const auto migrated = migrate_schema(**connection); !migrated) return named("migrate", migrated.error());
        return {};
    }

private:
    template <class Work>
    auto read(const char* operation, Work work) -> decltype(work(std::declval<Db&>())) {
        return on_connection(operation, Effect::reads, work);
    }
    // Each statement is a transaction of its own.
    template <class Work>
    auto write(const char* operation, Work work) -> decltype(work(std::declval<Db&>())) {
        return on_connection(operation, Effect::writes, work);
    }
    template <class Work>
    auto in_transaction(const char* operation, Work work) -> decltype(work(std::declval<Db&>())) {
        return write(operation, [&](Db& db) { return db.transaction([&] { return work(db); }); });
    }

    // After a failure the connection is closed: the next call starts from a clean one.
    template <class Work>
    auto on_connection(const char* operation, Effect effect, Work work) -> decltype(work(std::declval<Db&>())) {
        const MonotonicTime until = deadline();
        for (int attempt = 1;; ++attempt) {
            auto borrowed = pool_.borrow(until);
            if (!borrowed) return named(operation, borrowed.error());
            borrowed->connection().begin(effect, until);
            auto outcome = work(borrowed->connection());
            if (outcome) return outcome;
            const bool again = borrowed->connection().may_begin_again() && attempt < kAttempts;
            borrowed->discard();
            if (!again) return named(operation, outcome.error());
        }
    }

    // In the same transaction as the write that it rides on, which pays for the disk anyway.
    Result<void> purge_a_few(Db& db, WallTime now) const {
        return postgres::purge(db, options_.purge_per_write, now).map([](std::uint64_t) {});
    }

    static tl::unexpected<Error> named(const char* operation, Error error) {
        error.detail = std::string("postgresql ") + operation + ": " + error.detail;
        return failure(std::move(error));
    }

    MonotonicTime deadline() const { return std::chrono::steady_clock::now() + options_.time_limit; }

    const PostgresStoreOptions options_;
    PostgresPool pool_;
};

}  // namespace

Result<std::unique_ptr<SessionStore>> open_postgres_store(const std::string& address,
                                                          const PostgresStoreOptions& options) {
    auto hosts = parse_postgres_address(address, options.tls, options.time_limit);
    if (!hosts) return failure(hosts.error());
    return std::make_unique<PostgresSessionStore>(std::move(*hosts), options);
}

}  // namespace vestibule
