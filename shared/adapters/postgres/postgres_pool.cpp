#include "adapters/postgres/postgres_pool.h"

#include <chrono>
#include <vector>

#include "adapters/postgres/postgres_migrations.h"

namespace vestibule {
namespace {

constexpr Seconds kIdleLimit{60};
constexpr Seconds kPauseAfterTimeout{1};

MonotonicTime right_now() { return std::chrono::steady_clock::now(); }

}  // namespace

PostgresPool::Borrowed::~Borrowed() {
    if (connection_ && connection_->is_at_rest()) pool_->give_back(std::move(connection_));
}

void PostgresPool::Borrowed::discard() {
    if (connection_->host_failed()) pool_->turn_from_host(pool_->host_to_ask());
    connection_.reset();
}

std::size_t PostgresPool::host_to_ask() {
    const std::lock_guard lock(mutex_);
    return host_;
}

// Idle connections to it are as good as lost.
void PostgresPool::turn_from_host(std::size_t host) {
    std::deque<Idle> closed;  // outside the lock
    const std::lock_guard lock(mutex_);
    if (host_ == host) host_ = (host + 1) % hosts_.size();
    closed.swap(idle_);
}

void PostgresPool::give_back(std::unique_ptr<PostgresConnection> connection) {
    std::vector<Idle> closed;  // outside the lock
    const std::lock_guard lock(mutex_);
    idle_.push_back({std::move(connection), right_now()});
    while (idle_.front().since + kIdleLimit < idle_.back().since) {
        closed.push_back(std::move(idle_.front()));
        idle_.pop_front();
    }
}

// The one that was used last, so that those not needed grow old. One that the server has closed in the meantime, as it
// does when it restarts, is noticed before anything is sent over it.
std::unique_ptr<PostgresConnection> PostgresPool::take_idle() {
    const std::lock_guard lock(mutex_);
    while (!idle_.empty()) {
        auto connection = std::move(idle_.back().connection);
        idle_.pop_back();
        if (connection->is_quiet()) return connection;
    }
    return nullptr;
}

Result<void> PostgresPool::check_reachable() {
    const std::lock_guard lock(mutex_);
    if (right_now() < unreachable_until_) return failure(why_unreachable_);
    return {};
}

tl::unexpected<Error> PostgresPool::unreachable(Error error) {
    const std::lock_guard lock(mutex_);
    unreachable_until_ = right_now() + kPauseAfterTimeout;
    why_unreachable_ = error;
    return failure(std::move(error));
}

// Each host gets its share of the time that is left, the last one all of it.
Result<std::unique_ptr<PostgresConnection>> PostgresPool::open(MonotonicTime deadline, SchemaCheck schema) {
    if (const auto reachable = check_reachable(); !reachable) return failure(reachable.error());
    std::string causes;
    for (std::size_t left = hosts_.size(); left > 0; --left) {
        const std::size_t host = host_to_ask();
        const MonotonicTime until = right_now() + (deadline - right_now()) / static_cast<int>(left);
        auto connection = PostgresConnection::open(hosts_[host], time_limit_, until);
        if (connection) {
            (*connection)->begin(PostgresConnection::Effect::reads, deadline);
            if (schema == SchemaCheck::none) return connection;
            const auto usable = check_schema(**connection);
            return usable ? std::move(connection) : failure(usable.error());
        }
        causes.append(causes.empty() ? "" : "; ").append(connection.error().detail);
        turn_from_host(host);
    }
    Error error{ErrorCode::store_unavailable, causes, std::nullopt};
    if (right_now() >= deadline) return unreachable(std::move(error));
    return failure(std::move(error));
}

Result<PostgresPool::Borrowed> PostgresPool::borrow(MonotonicTime deadline) {
    Result<Place> place = take_place(places_, deadline, "no connection became free in time");
    if (!place) return failure(place.error());
    auto connection = take_idle();
    if (!connection) {
        auto opened = open(deadline, SchemaCheck::on_opening);
        if (!opened) return failure(opened.error());
        connection = std::move(*opened);
    }
    return Borrowed(*this, std::move(*place), std::move(connection));
}

}  // namespace vestibule
