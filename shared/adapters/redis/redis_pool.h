// A bounded number of connections to one server, or to the nodes of one cluster: one for each thread at work; who finds
// none free waits, for a bounded time. A server that let a call wait for all its time is left alone for a second: calls
// fail at once meanwhile instead of holding a thread each (checklist X16).
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "adapters/redis/name_lookup.h"
#include "adapters/redis/redis_connection.h"
#include "adapters/redis/redis_url.h"
#include "base/places.h"

namespace vestibule {

// Thread-safe. Opens nothing before the first borrow().
class RedisPool {
public:
    // A connection, for as long as this lives; then it goes back to the pool, unless it was discarded or a call on
    // it did not end, as after an exception.
    class Borrowed {
    public:
        Borrowed(RedisPool& pool, Place place, RedisEndpoint endpoint, std::unique_ptr<RedisConnection> connection)
            : pool_(&pool),
              place_(std::move(place)),
              endpoint_(std::move(endpoint)),
              connection_(std::move(connection)) {}
        Borrowed(Borrowed&&) = default;
        Borrowed& operator=(Borrowed&&) = delete;
        ~Borrowed();

        RedisConnection& connection() { return *connection_; }
        void discard() { connection_.reset(); }

    private:
        RedisPool* pool_;
        Place place_;
        RedisEndpoint endpoint_;
        std::unique_ptr<RedisConnection> connection_;
    };

    RedisPool(const RedisAddress& address, std::size_t connections) : address_(address), places_(connections) {}

    Result<Borrowed> borrow(const RedisEndpoint& endpoint, MonotonicTime deadline);
    // The server is not, or no longer, the one that writes: its connections are closed, and the next one is opened to
    // the next address of its name.
    void turn_away_from(const RedisEndpoint& endpoint);
    // It said nothing, or too little, until the call's time was over.
    void was_silent(const RedisEndpoint& endpoint);

private:
    using Connections = std::vector<std::unique_ptr<RedisConnection>>;

    std::unique_ptr<RedisConnection> take_idle(const RedisEndpoint& endpoint);
    Result<std::unique_ptr<RedisConnection>> open(const RedisEndpoint& endpoint, MonotonicTime deadline);
    bool is_left_alone(const RedisEndpoint& endpoint);

    const RedisAddress address_;
    NameLookup names_;
    Places places_;
    std::mutex mutex_;  // of what is below
    std::size_t first_address_ = 0;
    std::map<RedisEndpoint, Connections> idle_;
    std::map<RedisEndpoint, MonotonicTime> left_alone_until_;
};

}  // namespace vestibule
