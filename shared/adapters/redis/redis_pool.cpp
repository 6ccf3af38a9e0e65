#include "adapters/redis/redis_pool.h"

#include <utility>

namespace vestibule {

RedisPool::Borrowed::Borrowed(Borrowed&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)),
      endpoint_(std::move(other.endpoint_)),
      connection_(std::move(other.connection_)) {}

RedisPool::Borrowed::~Borrowed() {
    if (pool_ != nullptr) pool_->give_back(endpoint_, std::move(connection_));
}

bool RedisPool::take_place(MonotonicTime deadline) {
    std::unique_lock lock(mutex_);
    if (!became_free_.wait_until(lock, deadline, [&] { return free_ > 0; })) return false;
    --free_;
    return true;
}

void RedisPool::give_back(const RedisEndpoint& endpoint, std::unique_ptr<RedisConnection> connection) {
    {
        const std::lock_guard lock(mutex_);
        ++free_;
        if (connection) idle_[endpoint].push_back(std::move(connection));
    }
    became_free_.notify_one();
}

// The one that was used last; those that are of no more use are closed on the way.
std::unique_ptr<RedisConnection> RedisPool::take_idle(const RedisEndpoint& endpoint) {
    for (;;) {
        std::unique_ptr<RedisConnection> connection;
        {
            const std::lock_guard lock(mutex_);
            Connections& idle = idle_[endpoint];
            if (idle.empty()) return nullptr;
            connection = std::move(idle.back());
            idle.pop_back();
        }
        if (connection->is_usable()) return connection;
    }
}

Result<RedisPool::Borrowed> RedisPool::borrow(const RedisEndpoint& endpoint, MonotonicTime deadline) {
    if (!take_place(deadline)) return failure(ErrorCode::store_unavailable, "no connection became free in time");
    Borrowed borrowed(*this, endpoint);
    borrowed.connection_ = take_idle(endpoint);
    if (borrowed.connection_) return borrowed;
    std::size_t first = 0;
    {
        const std::lock_guard lock(mutex_);
        first = first_address_;
    }
    auto opened = RedisConnection::open(address_, endpoint, names_, first, deadline);
    if (!opened) return failure(opened.error());
    borrowed.connection_ = *std::move(opened);
    return borrowed;
}

void RedisPool::turn_away_from(const RedisEndpoint& endpoint) {
    const std::lock_guard lock(mutex_);
    idle_.erase(endpoint);
    ++first_address_;
}

}  // namespace vestibule
