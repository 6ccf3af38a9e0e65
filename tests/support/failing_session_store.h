// A store that does what the one behind it does, until a test tells it otherwise: fail the next calls of an operation,
// fail everything, or run a hook around an operation, so that a race is a line of the test and not a matter of luck.
//
//   MemorySessionStore memory;
//   FailingSessionStore store(memory);
//   store.fail_next(StoreOperation::replace);
//   store.before(StoreOperation::acquire_lease, [&] { memory.erase(key, now); });
#pragma once

#include <array>
#include <functional>
#include <limits>
#include <mutex>
#include <string>
#include <utility>

#include "session/store.h"

namespace vestibule {

enum class StoreOperation {
    insert,
    find,
    touch,
    erase,
    acquire_lease,
    replace,
    release_lease,
    erase_if_unchanged,
    end_sid,
    end_sub,
    subs_of_sid,
    refuse_logins_in_flight,
    is_consumed,
    consume_once,
    cached,
    cache,
    purge,
    list,
    statistics,
    server_time,
    check,
    migrate,
};
inline constexpr std::size_t kStoreOperations = static_cast<std::size_t>(StoreOperation::migrate) + 1;

// Where a failing call breaks.
enum class FailurePoint {
    before_the_store,  // nothing was written
    after_the_store,   // it was written and the answer was lost
};

// Thread-safe. Borrows the real store. Hooks run outside its lock and may call the real store.
class FailingSessionStore : public SessionStore {
public:
    explicit FailingSessionStore(SessionStore& real) : real_(real) {}

    void fail_next(StoreOperation operation, int calls = 1, FailurePoint point = FailurePoint::before_the_store) {
        const std::lock_guard lock(mutex_);
        plan(operation).failures = calls;
        plan(operation).point = point;
    }
    void fail_always(StoreOperation operation) { fail_next(operation, std::numeric_limits<int>::max()); }
    void fail_all() {
        const std::lock_guard lock(mutex_);
        everything_fails_ = true;
    }
    void heal() {  // no more failures; hooks stay
        const std::lock_guard lock(mutex_);
        everything_fails_ = false;
        for (Plan& each : plans_) each.failures = 0;
    }
    void before(StoreOperation operation, std::function<void()> hook) {
        const std::lock_guard lock(mutex_);
        plan(operation).before = std::move(hook);
    }
    void after(StoreOperation operation, std::function<void()> hook) {
        const std::lock_guard lock(mutex_);
        plan(operation).after = std::move(hook);
    }
    int calls(StoreOperation operation) const {
        const std::lock_guard lock(mutex_);
        return plans_.at(static_cast<std::size_t>(operation)).calls;
    }
    int all_calls() const {
        const std::lock_guard lock(mutex_);
        int sum = 0;
        for (const Plan& plan : plans_) sum += plan.calls;
        return sum;
    }

    Result<InsertOutcome> insert(const NewSession& session, WallTime now) override {
        return around(StoreOperation::insert, [&] { return real_.insert(session, now); });
    }
    Result<std::optional<SessionRow>> find(const SessionKey& key, WallTime now) override {
        return around(StoreOperation::find, [&] { return real_.find(key, now); });
    }
    Result<bool> touch(const SessionKey& key, WallTime idle_expires_at, WallTime now) override {
        return around(StoreOperation::touch, [&] { return real_.touch(key, idle_expires_at, now); });
    }
    Result<std::optional<SessionRow>> erase(const SessionKey& key, WallTime now) override {
        return around(StoreOperation::erase, [&] { return real_.erase(key, now); });
    }
    Result<LeaseAnswer> acquire_lease(const SessionKey& key, Seconds duration, WallTime now) override {
        return around(StoreOperation::acquire_lease, [&] { return real_.acquire_lease(key, duration, now); });
    }
    Result<ReplaceOutcome> replace(const Replacement& replacement, WallTime now) override {
        return around(StoreOperation::replace, [&] { return real_.replace(replacement, now); });
    }
    Result<void> release_lease(const SessionKey& key, std::uint64_t fence, std::optional<WallTime> retry_at,
                               WallTime now) override {
        return around(StoreOperation::release_lease, [&] { return real_.release_lease(key, fence, retry_at, now); });
    }
    Result<ReplaceOutcome> erase_if_unchanged(const SessionKey& key, std::uint64_t expected_version,
                                              std::uint64_t fence, WallTime now) override {
        return around(StoreOperation::erase_if_unchanged,
                      [&] { return real_.erase_if_unchanged(key, expected_version, fence, now); });
    }
    Result<std::uint64_t> end_sid(const std::vector<IndexKey>& sids, const std::vector<IndexKey>& only_of,
                                  WallTime remembered_until, WallTime now) override {
        return around(StoreOperation::end_sid, [&] { return real_.end_sid(sids, only_of, remembered_until, now); });
    }
    Result<std::uint64_t> end_sub(const std::vector<IndexKey>& subs, const std::optional<SessionKey>& spared,
                                  WallTime remembered_until, WallTime now) override {
        return around(StoreOperation::end_sub, [&] { return real_.end_sub(subs, spared, remembered_until, now); });
    }
    Result<std::vector<IndexKey>> subs_of_sid(const std::vector<IndexKey>& sids, WallTime now) override {
        return around(StoreOperation::subs_of_sid, [&] { return real_.subs_of_sid(sids, now); });
    }
    Result<void> refuse_logins_in_flight(WallTime remembered_until, WallTime now) override {
        return around(StoreOperation::refuse_logins_in_flight,
                      [&] { return real_.refuse_logins_in_flight(remembered_until, now); });
    }
    Result<bool> is_consumed(OnceKind kind, std::string_view id, WallTime now) override {
        return around(StoreOperation::is_consumed, [&] { return real_.is_consumed(kind, id, now); });
    }
    Result<bool> consume_once(OnceKind kind, std::string_view id, WallTime expires_at, WallTime now) override {
        return around(StoreOperation::consume_once, [&] { return real_.consume_once(kind, id, expires_at, now); });
    }
    Result<std::optional<CachedDocument>> cached(std::string_view name) override {
        return around(StoreOperation::cached, [&] { return real_.cached(name); });
    }
    Result<void> cache(std::string_view name, const CachedDocument& document) override {
        return around(StoreOperation::cache, [&] { return real_.cache(name, document); });
    }
    Result<std::uint64_t> purge(std::uint64_t at_most, WallTime now) override {
        return around(StoreOperation::purge, [&] { return real_.purge(at_most, now); });
    }
    Result<std::vector<SessionRow>> list(const std::vector<IndexKey>& subs, std::uint64_t at_most,
                                         WallTime now) override {
        return around(StoreOperation::list, [&] { return real_.list(subs, at_most, now); });
    }
    Result<StoreStatistics> statistics(WallTime now) override {
        return around(StoreOperation::statistics, [&] { return real_.statistics(now); });
    }
    Result<void> check() override {
        return around(StoreOperation::check, [&] { return real_.check(); });
    }
    Result<std::vector<std::string>> advice() override { return advised; }
    Result<std::optional<WallTime>> server_time() override {
        return around(StoreOperation::server_time, [&]() -> Result<std::optional<WallTime>> {
            return server_clock ? std::optional(server_clock->now()) : real_.server_time();
        });
    }
    Result<void> migrate() override {
        return around(StoreOperation::migrate, [&] { return real_.migrate(); });
    }

    std::vector<std::string> advised;     // what advice() answers
    const Clock* server_clock = nullptr;  // what server_time() answers, instead of the real one

private:
    struct Plan {
        int failures = 0;
        int calls = 0;
        FailurePoint point = FailurePoint::before_the_store;
        std::function<void()> before;
        std::function<void()> after;
    };

    Plan& plan(StoreOperation operation) { return plans_.at(static_cast<std::size_t>(operation)); }

    // What is to happen to this call: the hooks to run, and the failure if it is to fail.
    struct Fate {
        std::optional<FailurePoint> failure;
        std::function<void()> before;
        std::function<void()> after;
    };
    Fate next_fate(StoreOperation operation) {
        const std::lock_guard lock(mutex_);
        Plan& planned = plan(operation);
        ++planned.calls;
        Fate fate{std::nullopt, planned.before, planned.after};
        if (everything_fails_) {
            fate.failure = FailurePoint::before_the_store;
        } else if (planned.failures > 0) {
            --planned.failures;
            fate.failure = planned.point;
        }
        return fate;
    }

    template <class Call>
    auto around(StoreOperation operation, Call call) -> decltype(call()) {
        const Fate fate = next_fate(operation);
        if (fate.before) fate.before();
        if (fate.failure == FailurePoint::before_the_store) return failed();
        auto result = call();
        if (fate.after) fate.after();
        if (fate.failure == FailurePoint::after_the_store) return failed();
        return result;
    }

    static tl::unexpected<Error> failed() {
        return failure(ErrorCode::store_unavailable, "the test lets the store fail");
    }

    SessionStore& real_;
    mutable std::mutex mutex_;
    bool everything_fails_ = false;
    std::array<Plan, kStoreOperations> plans_;
};

}  // namespace vestibule
