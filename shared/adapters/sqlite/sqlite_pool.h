// A bounded number of connections to one database file, one per thread at work; who finds none waits, for a bounded
// time. Writers also queue here, one at a time: SQLite has one write lock, and threads that sleep in line are served
// sooner than threads that poll for it.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "adapters/sqlite/sqlite_connection.h"
#include "base/clock.h"
#include "base/places.h"
#include "base/result.h"

namespace vestibule {

// Thread-safe. Opens nothing before the first borrow().
class SqlitePool {
public:
    // A connection, for as long as this lives; then it goes back to the pool, unless it was discarded.
    class Borrowed {
    public:
        Borrowed(SqlitePool& pool, Place place, std::unique_ptr<SqliteConnection> connection)
            : pool_(&pool), place_(std::move(place)), connection_(std::move(connection)) {}
        Borrowed(Borrowed&&) = default;
        Borrowed& operator=(Borrowed&&) = delete;
        ~Borrowed();

        SqliteConnection& connection() { return *connection_; }
        void discard() { connection_.reset(); }

    private:
        SqlitePool* pool_;
        Place place_;
        std::unique_ptr<SqliteConnection> connection_;
    };

    SqlitePool(std::string path, std::size_t connections) : path_(std::move(path)), connections_(connections) {}

    // The turn to write comes before the connection, so that waiting writers leave the connections to readers.
    Result<Place> turn_to_write(MonotonicTime deadline);
    // Opens the database where no connection is idle, and brings its schema up to date.
    Result<Borrowed> borrow(MonotonicTime deadline);

private:
    std::unique_ptr<SqliteConnection> take_idle();
    Result<std::unique_ptr<SqliteConnection>> open(MonotonicTime deadline) const;

    const std::string path_;
    Places connections_;
    Places writers_{1};
    std::mutex mutex_;
    std::vector<std::unique_ptr<SqliteConnection>> idle_;
};

}  // namespace vestibule
