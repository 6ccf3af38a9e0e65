#include "session/shared_clock.h"

#include <algorithm>
#include <chrono>

namespace vestibule {
namespace {

constexpr Seconds kAskEvery{30};
constexpr Seconds kAskAgain{5};  // after a failure
constexpr Milliseconds kQuickEnough{1'000};
constexpr WallTime kFirst{Seconds{0}};
constexpr WallTime kLast{Seconds{253'402'300'799}};  // the end of the year 9999

bool agree(Seconds one, Seconds other) { return std::chrono::abs(one - other) <= kClocksAgree; }

}  // namespace

Seconds ahead_of_host(WallTime server, WallTime host) { return std::clamp(server, kFirst, kLast) - host; }

void SharedClock::keep_in_step() {
    if (!is_due()) return;
    std::unique_lock turn(asking_, std::defer_lock);
    if (asked_) {
        if (!turn.try_lock()) return;
    } else {
        turn.lock();
    }
    if (!is_due()) return;
    const bool answered = ask();
    stepped_by_ = host_step().count();
    due_at_ = (host_.monotonic_now() + (answered ? kAskEvery : kAskAgain)).time_since_epoch().count();
    asked_ = true;  // the last of all: whoever does not wait any more works by what was learnt
}

// Somebody who sets the host's clock moves it against the one that nobody sets (checklist X18).
Seconds SharedClock::host_step() const {
    return host_.now().time_since_epoch() - std::chrono::floor<Seconds>(host_.monotonic_now().time_since_epoch());
}

bool SharedClock::is_due() const {
    return host_.monotonic_now().time_since_epoch().count() >= due_at_ || !agree(host_step(), Seconds{stepped_by_});
}

bool SharedClock::ask() {
    const MonotonicTime begun = host_.monotonic_now();
    const auto server = store_.server_time();
    if (!server) {
        note_failure(server.error().detail);
        return false;
    }
    // Of an answer that took long nobody knows how old it is.
    const bool quick = host_.monotonic_now() - begun <= kQuickEnough;
    if (*server && quick) follow(ahead_of_host(**server, host_.now()));
    failing_ = false;
    return quick;
}

void SharedClock::follow(Seconds ahead) {
    if (agree(ahead, Seconds{ahead_})) return;
    const LogField field{"store_ahead_seconds", std::int64_t{ahead.count()}};
    if (std::chrono::abs(ahead) > kFollowsAtMost) {
        ahead_ = 0;
        log_.error("clock.not_followed", {field});
    } else {
        ahead_ = agree(ahead, Seconds{0}) ? 0 : ahead.count();
        log_.warning("clock.followed", {field});
    }
}

void SharedClock::note_failure(const std::string& reason) {
    if (!failing_) log_.warning("clock.not_asked", {{"reason", reason}});
    failing_ = true;
}

}  // namespace vestibule
