#include "adapters/redis/redis_pool.h"

#include <utility>

namespace vestibule {
namespace {

constexpr Seconds kLeftAlone{1};

}  // namespace

RedisPool::Borrowed::~Borrowed() {
    if (!connection_ || !connection_->is_at_rest()) return;
    const std::lock_guard lock(pool_->mutex_);
    pool_->idle_[endpoint_].push_back(std::move(connection_));
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

Result<std::unique_ptr<RedisConnection>> RedisPool::open(const RedisEndpoint& endpoint, MonotonicTime deadline) {
    std::size_t first = 0;
    {
        const std::lock_guard lock(mutex_);
        first = first_address_;
    }
    auto opened = RedisConnection::open(address_, endpoint, names_, first, deadline);
    if (!opened && std::chrono::steady_clock::now() >= deadline) was_silent(endpoint);
    return opened;
}

Result<RedisPool::Borrowed> RedisPool::borrow(const RedisEndpoint& endpoint, MonotonicTime deadline) {
    if (is_left_alone(endpoint)) {
        return failure(ErrorCode::store_unavailable, endpoint.print() + ": the server did not answer a moment ago");
    }
    Result<Place> place = take_place(places_, deadline, "no connection became free in time");
    if (!place) return failure(place.error());
    auto connection = take_idle(endpoint);
    if (!connection) {
        auto opened = open(endpoint, deadline);
        if (!opened) return failure(opened.error());
        connection = *std::move(opened);
    }
    return Borrowed(*this, *std::move(place), endpoint, std::move(connection));
}

bool RedisPool::is_left_alone(const RedisEndpoint& endpoint) {
    const std::lock_guard lock(mutex_);
    const auto until = left_alone_until_.find(endpoint);
    return until != left_alone_until_.end() && std::chrono::steady_clock::now() < until->second;
}

void RedisPool::was_silent(const RedisEndpoint& endpoint) {
    const std::lock_guard lock(mutex_);
    left_alone_until_[endpoint] = std::chrono::steady_clock::now() + kLeftAlone;
}

void RedisPool::turn_away_from(const RedisEndpoint& endpoint) {
    const std::lock_guard lock(mutex_);
    idle_.erase(endpoint);
    ++first_address_;
}

}  // namespace vestibule
