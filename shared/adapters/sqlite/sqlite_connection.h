// One connection to a SQLite database file: opened with the settings every use of it relies on, statements prepared
// once. Not thread-safe; the pool gives it to one thread at a time. Must not be carried across fork().
#pragma once

#include <sqlite3.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "adapters/sqlite/sqlite_statement.h"
#include "base/clock.h"
#include "base/result.h"

namespace vestibule {

// What a commit is safe from. Both are safe from the death of any process; a later commit that is safe from power
// failure makes all earlier ones so.
enum class Durability {
    power_failure,  // on the disk when the commit returns: milliseconds on most disks
    process_death,  // on the disk soon
};

class SqliteConnection {
public:
    // Creates the file, for its owner only, where there is none; not its directory.
    static Result<std::unique_ptr<SqliteConnection>> open(const std::string& path, MonotonicTime deadline);

    SqliteConnection(const SqliteConnection&) = delete;
    SqliteConnection& operator=(const SqliteConnection&) = delete;

    // Until when the next statements wait for the locks of others.
    void set_deadline(MonotonicTime deadline) { deadline_ = deadline; }
    MonotonicTime deadline() const { return deadline_; }

    // For the next transactions; power_failure where nothing else was said.
    Result<void> set_durability(Durability durability);

    // `sql` is one statement, and outlives the connection: a literal.
    SqliteStatement statement(const char* sql);
    // Several statements, without values and without answers.
    Result<void> execute(const char* sql);

    // Run `work`, which sees one state of the database from beginning to end. Commit when it succeeds; otherwise
    // nothing of it has happened. The writing one holds the database's one write lock from its beginning: a transaction
    // that reads first and asks for the lock later fails when somebody else wrote in between.
    template <class Work>
    auto read_transaction(Work work) -> decltype(work()) {
        return transaction("BEGIN", work);
    }
    template <class Work>
    auto write_transaction(Work work) -> decltype(work()) {
        return transaction("BEGIN IMMEDIATE", work);
    }

    // Another file is at the path, or none.
    bool was_replaced();

private:
    struct Close {
        void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
    };
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };

    explicit SqliteConnection(sqlite3* database) : database_(database) {}
    Result<void> configure();
    template <class Work>
    auto transaction(const char* begin, Work& work) -> decltype(work());
    static int wait_for_lock(void* connection, int attempts);

    MonotonicTime deadline_{};
    Durability durability_ = Durability::power_failure;
    std::unique_ptr<sqlite3, Close> database_;  // before the statements: they go first
    std::unordered_map<std::string_view, std::unique_ptr<sqlite3_stmt, Finalize>> prepared_;
};

template <class Work>
auto SqliteConnection::transaction(const char* begin, Work& work) -> decltype(work()) {
    const auto begun = statement(begin).run();
    if (!begun) return failure(begun.error());
    auto outcome = work();
    if (outcome) {
        const auto committed = statement("COMMIT").run();
        if (committed) return outcome;
        outcome = failure(committed.error());
    }
    // SQLite may have rolled back by itself already, and there is nothing else to do about a rollback that fails.
    if (sqlite3_get_autocommit(database_.get()) == 0) (void)statement("ROLLBACK").run();
    return outcome;
}

}  // namespace vestibule
