#include "adapters/sqlite/sqlite_pool.h"

#include "adapters/sqlite/sqlite_migrations.h"

namespace vestibule {

SqlitePool::Borrowed::~Borrowed() {
    if (!connection_) return;
    const std::lock_guard lock(pool_->mutex_);
    pool_->idle_.push_back(std::move(connection_));
}

Result<Place> SqlitePool::turn_to_write(MonotonicTime deadline) {
    return take_place(writers_, deadline, "other threads of this process did not finish writing in time");
}

std::unique_ptr<SqliteConnection> SqlitePool::take_idle() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return nullptr;
    auto connection = std::move(idle_.back());  // the one whose memory is warmest
    idle_.pop_back();
    return connection;
}

Result<std::unique_ptr<SqliteConnection>> SqlitePool::open(MonotonicTime deadline) const {
    auto connection = SqliteConnection::open(path_, deadline);
    if (!connection) return connection;
    if (const auto ready = bring_up_to_date(**connection); !ready) return failure(ready.error());
    return connection;
}

Result<SqlitePool::Borrowed> SqlitePool::borrow(MonotonicTime deadline) {
    Result<Place> place = take_place(connections_, deadline, "no connection became free in time");
    if (!place) return failure(place.error());
    // A file that was restored or removed under us: whoever went on with the old one would write into nowhere, and its
    // logouts would reach nobody.
    auto connection = take_idle();
    while (connection && connection->was_replaced()) connection = take_idle();
    if (!connection) {
        auto opened = open(deadline);
        if (!opened) return failure(opened.error());
        connection = std::move(*opened);
    }
    connection->set_deadline(deadline);
    return Borrowed(*this, std::move(*place), std::move(connection));
}

}  // namespace vestibule
