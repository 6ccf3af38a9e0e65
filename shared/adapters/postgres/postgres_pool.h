// A bounded number of connections to whichever of the hosts can be written to; who finds none free waits, for a bounded
// time. Opened when they are needed, closed when they were idle for a minute. Thread-safe.
//
// The host that worked last is asked first. When it fails, the next one is: a failover costs the calls that were under
// way, not those that come after. Where no host answers in time, calls fail at once for a second instead of holding a
// thread each for the whole limit (checklist X16).
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "adapters/postgres/postgres_connection.h"
#include "base/places.h"

namespace vestibule {

enum class SchemaCheck { on_opening, none };

class PostgresPool {
public:
    // A connection, for as long as this lives; then it goes back to the pool, unless it was discarded or is not
    // at rest, as after an exception.
    class Borrowed {
    public:
        Borrowed(PostgresPool& pool, Place place, std::unique_ptr<PostgresConnection> connection)
            : pool_(&pool), place_(std::move(place)), connection_(std::move(connection)) {}
        Borrowed(Borrowed&&) = default;
        Borrowed& operator=(Borrowed&&) = delete;
        ~Borrowed();

        PostgresConnection& connection() { return *connection_; }
        // After a failure: whether the host is to blame, the connection says.
        void discard();

    private:
        PostgresPool* pool_;
        Place place_;
        std::unique_ptr<PostgresConnection> connection_;
    };

    PostgresPool(std::vector<PostgresParameters> hosts, std::size_t connections, Milliseconds time_limit)
        : hosts_(std::move(hosts)), time_limit_(time_limit), places_(connections) {}

    Result<Borrowed> borrow(MonotonicTime deadline);
    // One of its own, whatever the schema is like: for migrations.
    Result<std::unique_ptr<PostgresConnection>> open(MonotonicTime deadline, SchemaCheck schema);

private:
    struct Idle {
        std::unique_ptr<PostgresConnection> connection;
        MonotonicTime since;
    };

    std::unique_ptr<PostgresConnection> take_idle();
    void give_back(std::unique_ptr<PostgresConnection> connection);
    void turn_from_host(std::size_t host);
    std::size_t host_to_ask();
    Result<void> check_reachable();
    tl::unexpected<Error> unreachable(Error error);

    const std::vector<PostgresParameters> hosts_;
    const Milliseconds time_limit_;
    Places places_;
    std::mutex mutex_;  // of what is below
    std::deque<Idle> idle_;
    std::size_t host_ = 0;
    MonotonicTime unreachable_until_{};
    Error why_unreachable_{};
};

}  // namespace vestibule
