// A bounded number of connections to one server, or to the nodes of one cluster: one for each thread at work; who finds
// none free waits, for a bounded time.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "adapters/redis/name_lookup.h"
#include "adapters/redis/redis_connection.h"
#include "adapters/redis/redis_url.h"

namespace vestibule {

// Thread-safe. Opens nothing before the first borrow().
class RedisPool {
public:
    // A connection, for as long as this lives; then it goes back to the pool, unless it was discarded.
    class Borrowed {
    public:
        Borrowed(RedisPool& pool, RedisEndpoint endpoint) : pool_(&pool), endpoint_(std::move(endpoint)) {}
        Borrowed(Borrowed&& other) noexcept;
        Borrowed& operator=(Borrowed&&) = delete;
        ~Borrowed();

        RedisConnection& connection() { return *connection_; }
        void discard() { connection_.reset(); }

    private:
        friend class RedisPool;
        RedisPool* pool_;  // null: moved from
        RedisEndpoint endpoint_;
        std::unique_ptr<RedisConnection> connection_;
    };

    RedisPool(const RedisAddress& address, std::size_t connections) : address_(address), free_(connections) {}

    Result<Borrowed> borrow(const RedisEndpoint& endpoint, MonotonicTime deadline);
    // The server is not, or no longer, the one that writes: its connections are closed, and the next one is opened to
    // the next address of its name.
    void turn_away_from(const RedisEndpoint& endpoint);

private:
    using Connections = std::vector<std::unique_ptr<RedisConnection>>;

    bool take_place(MonotonicTime deadline);
    std::unique_ptr<RedisConnection> take_idle(const RedisEndpoint& endpoint);
    void give_back(const RedisEndpoint& endpoint, std::unique_ptr<RedisConnection> connection);

    const RedisAddress address_;
    NameLookup names_;
    std::mutex mutex_;
    std::condition_variable became_free_;
    std::size_t free_;
    std::size_t first_address_ = 0;
    std::map<RedisEndpoint, Connections> idle_;
};

}  // namespace vestibule
