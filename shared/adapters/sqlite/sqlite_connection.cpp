#include "adapters/sqlite/sqlite_connection.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

namespace vestibule {
namespace {

// synchronous=FULL: every commit reaches the disk. With NORMAL a power failure could take the last commits with it, and
// among them a rotated refresh token: the provider would see the old one again and end the session (checklist X11).
// secure_delete: what was deleted is overwritten in the file. temp_store: nothing of a session goes to a temporary
// file. journal_size_limit: a write-ahead log that grew in a burst is cut back. mmap_size (SQLite itself stops at 2
// GiB): pages are read where the system has them, so that a session among a million is found as fast as among a few;
// whoever cuts the file short under a running program (cp over it) makes that crash, and not only answer 503.
constexpr const char* kSettings =
    "PRAGMA synchronous = FULL;"
    "PRAGMA secure_delete = ON;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA journal_size_limit = 16777216;"
    "PRAGMA mmap_size = 17179869184;";

// SQLite would create the file readable for others. mknod() opens no descriptor: closing one would drop the locks that
// this process holds on the file by other connections. An existing file is left as it is.
Result<void> create_for_owner_only(const std::string& path) {
    if (::mknod(path.c_str(), S_IFREG | S_IRUSR | S_IWUSR, 0) == 0 || errno == EEXIST) return {};
    return failure(ErrorCode::store_unavailable, std::string("cannot create the file: ") + std::strerror(errno));
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

}  // namespace

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::string& path, MonotonicTime deadline) {
    if (!exists(path)) {
        if (const auto created = create_for_owner_only(path); !created) return failure(created.error());
    }
    sqlite3* database = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &database,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    std::unique_ptr<SqliteConnection> connection(new SqliteConnection(database));
    if (code != SQLITE_OK) return failure(sqlite_error(database));
    connection->set_deadline(deadline);
    if (const auto configured = connection->configure(); !configured) return failure(configured.error());
    return connection;
}

Result<void> SqliteConnection::configure() {
    sqlite3* database = database_.get();
    // A schema planted by somebody who could write the file must not run functions or lie about the file's structure.
    sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_busy_handler(database, &SqliteConnection::wait_for_lock, this);
    return execute(kSettings);
}

// SQLite's own handler sleeps up to 100 ms, so that whoever waits longest is served last; transactions here take about
// one.
int SqliteConnection::wait_for_lock(void* connection, int attempts) {
    using std::chrono::steady_clock;
    if (steady_clock::now() >= static_cast<SqliteConnection*>(connection)->deadline_) return 0;
    std::this_thread::sleep_for(Milliseconds(std::min(1 + attempts / 4, 10)));
    return 1;
}

SqliteStatement SqliteConnection::statement(const char* sql) {
    auto& prepared = prepared_[sql];
    if (!prepared) {
        sqlite3_stmt* fresh = nullptr;
        sqlite3_prepare_v3(database_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &fresh, nullptr);
        prepared.reset(fresh);
    }
    return {database_.get(), prepared.get()};
}

Result<void> SqliteConnection::execute(const char* sql) {
    if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
    return failure(sqlite_error(database_.get()));
}

Result<void> SqliteConnection::set_durability(Durability durability) {
    if (durability == durability_) return {};
    durability_ = durability;
    return execute(durability == Durability::power_failure ? "PRAGMA synchronous = FULL"
                                                           : "PRAGMA synchronous = NORMAL");
}

bool SqliteConnection::was_replaced() {
    int moved = 0;
    const int code = sqlite3_file_control(database_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    return code != SQLITE_OK || moved != 0;
}

}  // namespace vestibule
