#include "adapters/sqlite/sqlite_session_store.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "adapters/sqlite/sqlite_migrations.h"
#include "adapters/sqlite/sqlite_operations.h"
#include "adapters/sqlite/sqlite_pool.h"

namespace vestibule {
namespace {

using Db = SqliteConnection;

constexpr std::uint64_t kPurgedAtOnce = 16;
constexpr Milliseconds kPurgePause{3};

class SqliteSessionStore : public SessionStore {
public:
    SqliteSessionStore(std::string path, const SqliteStoreOptions& options)
        : options_(options), pool_(std::move(path), options.connections) {}

    Result<InsertOutcome> insert(const NewSession& session, WallTime now) override {
        return write("insert", [&](Db& db) -> Result<InsertOutcome> {
            const auto outcome = sqlite::insert(db, session, now);
            if (!outcome || *outcome != InsertOutcome::inserted) return outcome;
            return purge_a_few(db, now).map([&] { return *outcome; });
        });
    }
    Result<std::optional<SessionRow>> find(const SessionKey& key, WallTime now) override {
        return read("find", [&](Db& db) { return sqlite::find(db, key, now); });
    }
    Result<bool> touch(const SessionKey& key, WallTime idle_expires_at, WallTime now) override {
        return write(
            "touch", [&](Db& db) { return sqlite::touch(db, key, idle_expires_at, now); }, Durability::process_death);
    }
    Result<std::optional<SessionRow>> erase(const SessionKey& key, WallTime now) override {
        return write("erase", [&](Db& db) { return sqlite::erase(db, key, now); });
    }

    Result<LeaseAnswer> acquire_lease(const SessionKey& key, Seconds duration, WallTime now) override {
        // Those who wait for another's refresh ask again and again: they must not queue for the write lock.
        auto refused = read("acquire_lease", [&](Db& db) { return sqlite::lease_refused(db, key, now); });
        if (!refused) return failure(refused.error());
        if (*refused) return **std::move(refused);
        return write(
            "acquire_lease", [&](Db& db) { return sqlite::acquire_lease(db, key, duration, now); },
            Durability::process_death);
    }
    Result<ReplaceOutcome> replace(const Replacement& replacement, WallTime now) override {
        return write("replace", [&](Db& db) { return sqlite::replace(db, replacement, now); });
    }
    Result<void> release_lease(const SessionKey& key, std::uint64_t fence, std::optional<WallTime> retry_at,
                               WallTime now) override {
        return write(
            "release_lease", [&](Db& db) { return sqlite::release_lease(db, key, fence, retry_at, now); },
            Durability::process_death);
    }
    Result<ReplaceOutcome> erase_if_unchanged(const SessionKey& key, std::uint64_t expected_version,
                                              std::uint64_t fence, WallTime now) override {
        return write("erase_if_unchanged",
                     [&](Db& db) { return sqlite::erase_if_unchanged(db, key, expected_version, fence, now); });
    }

    Result<std::uint64_t> end_sid(const std::vector<IndexKey>& sids, const std::vector<IndexKey>& only_of,
                                  WallTime remembered_until, WallTime now) override {
        return write("end_sid", [&](Db& db) { return sqlite::end_sid(db, sids, only_of, remembered_until, now); });
    }
    Result<std::uint64_t> end_sub(const std::vector<IndexKey>& subs, const std::optional<SessionKey>& spared,
                                  WallTime remembered_until, WallTime now) override {
        return write("end_sub", [&](Db& db) { return sqlite::end_sub(db, subs, spared, remembered_until, now); });
    }

    Result<std::vector<IndexKey>> subs_of_sid(const std::vector<IndexKey>& sids, WallTime now) override {
        return read("subs_of_sid", [&](Db& db) { return sqlite::subs_of_sid(db, sids, now); });
    }
    Result<void> refuse_logins_in_flight(WallTime remembered_until, WallTime now) override {
        return write("refuse_logins_in_flight",
                     [&](Db& db) { return sqlite::refuse_logins_in_flight(db, remembered_until, now); });
    }

    Result<bool> is_consumed(OnceKind kind, std::string_view id, WallTime now) override {
        return read("is_consumed", [&](Db& db) { return sqlite::is_consumed(db, kind, id, now); });
    }
    Result<bool> consume_once(OnceKind kind, std::string_view id, WallTime expires_at, WallTime now) override {
        // A throttle is asked at every request and mostly says no: that takes no write lock.
        const auto consumed = is_consumed(kind, id, now);
        if (!consumed) return consumed;
        if (*consumed) return false;
        return write("consume_once", [&](Db& db) -> Result<bool> {
            const auto first = sqlite::consume_once(db, kind, id, expires_at, now);
            if (!first || !*first) return first;
            return purge_a_few(db, now).map([] { return true; });
        });
    }

    Result<std::optional<CachedDocument>> cached(std::string_view name) override {
        return read("cached", [&](Db& db) { return sqlite::cached(db, name); });
    }
    Result<void> cache(std::string_view name, const CachedDocument& document) override {
        return write("cache", [&](Db& db) { return sqlite::cache(db, name, document); });
    }

    // In pieces, with pauses: SQLite has one writer, and those of other processes look for their turn every few
    // milliseconds. What a power failure brings back is over all the same.
    Result<std::uint64_t> purge(std::uint64_t at_most, WallTime now) override {
        std::uint64_t removed = 0;
        for (;;) {
            const std::uint64_t piece = std::min(kPurgedAtOnce, at_most - removed);
            const auto part = write(
                "purge", [&](Db& db) { return sqlite::purge(db, piece, now); }, Durability::process_death);
            if (!part) return part;
            removed += *part;
            if (*part < piece || removed == at_most) return removed;
            std::this_thread::sleep_for(kPurgePause);
        }
    }
    Result<std::vector<SessionRow>> list(const std::vector<IndexKey>& subs, std::uint64_t at_most,
                                         WallTime now) override {
        return read("list", [&](Db& db) { return sqlite::list(db, subs, at_most, now); });
    }
    Result<StoreStatistics> statistics(WallTime now) override {
        return read("statistics", [&](Db& db) { return sqlite::statistics(db, now); });
    }
    Result<void> check() override {
        // The schema may have moved on since this connection was opened.
        if (const auto current = bring_up("check"); !current) return current;
        return write("check", [](Db& db) { return sqlite::prove_writable(db); });
    }
    Result<void> migrate() override { return bring_up("migrate"); }

private:
    Result<void> bring_up(const char* operation) {
        return on_connection(operation, deadline(), [](Db& db) { return bring_up_to_date(db); });
    }
    // `work` in one transaction, which sees one state of the database from beginning to end.
    template <class Work>
    auto read(const char* operation, Work work) -> decltype(work(std::declval<Db&>())) {
        return on_connection(operation, deadline(),
                             [&](Db& db) { return db.read_transaction([&] { return work(db); }); });
    }

    template <class Work>
    auto write(const char* operation, Work work, Durability durability = Durability::power_failure)
        -> decltype(work(std::declval<Db&>())) {
        const MonotonicTime until = deadline();
        const Result<Place> turn = pool_.turn_to_write(until);
        if (!turn) return named(operation, turn.error());
        return on_connection(operation, until, [&](Db& db) -> decltype(work(db)) {
            if (const auto set = db.set_durability(durability); !set) return failure(set.error());
            return db.write_transaction([&] { return work(db); });
        });
    }

    // After a failure the connection is closed: the next call starts from a clean one.
    template <class Work>
    auto on_connection(const char* operation, MonotonicTime until, Work work) -> decltype(work(std::declval<Db&>())) {
        auto borrowed = pool_.borrow(until);
        if (!borrowed) return named(operation, borrowed.error());
        auto outcome = work(borrowed->connection());
        if (outcome) return outcome;
        borrowed->discard();
        return named(operation, outcome.error());
    }

    // In the same transaction as the write that it rides on, which pays for the disk anyway.
    Result<void> purge_a_few(Db& db, WallTime now) const {
        return sqlite::purge(db, options_.purge_per_write, now).map([](std::uint64_t) {});
    }

    static tl::unexpected<Error> named(const char* operation, Error error) {
        error.detail = std::string("sqlite ") + operation + ": " + error.detail;
        return failure(std::move(error));
    }

    MonotonicTime deadline() const { return std::chrono::steady_clock::now() + options_.time_limit; }

    const SqliteStoreOptions options_;
    SqlitePool pool_;
};

}  // namespace

Result<std::unique_ptr<SessionStore>> open_sqlite_store(const std::string& path, const SqliteStoreOptions& options) {
    if (path.empty() || path.find('\0') != std::string::npos) {
        return failure(ErrorCode::internal, "the path of a SQLite store must name a file");
    }
    // To SQLite, names such as ":memory:" and "file:…" are not paths.
    const std::string plain = path.front() == '/' ? path : "./" + path;
    return std::make_unique<SqliteSessionStore>(plain, options);
}

}  // namespace vestibule
