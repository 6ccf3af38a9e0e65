#include "session/shared_clock.h"

#include <algorithm>
#include <chrono>

namespace vestibule {
namespace {

constexpr Seconds kAskEvery{30};
constexpr Seconds kAskAgain{5};  // after a failure
constexpr WallTime kFirst{Seconds{0}};
constexpr WallTime kLast{Seconds{253'402'300'799}};  // the end of the year 9999

bool agree(Seconds one, Seconds other) { return std::chrono::abs(one - other) <= kClocksAgree; }

Seconds worth_following(Seconds ahead) {
    return agree(ahead, Seconds{0}) || std::chrono::abs(ahead) > kFollowsAtMost ? Seconds{0} : ahead;
}

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
    const Seconds step = host_step();  // before the question: a step in between is noticed afterwards
    carry_over(step - Seconds{stepped_by_});
    stepped_by_ = step.count();
    const bool answered = ask();
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

// The server's time went on, whatever somebody did to the host's. A guess, until the server answers.
void SharedClock::carry_over(Seconds step) {
    if (!measured_ || agree(step, Seconds{0})) return;
    *measured_ -= step;
    ahead_ = worth_following(*measured_).count();
}

bool SharedClock::ask() {
    const WallTime begun = host_.now();
    const auto server = store_.server_time();
    if (!server) {
        note_failure(server.error().detail);
        return false;
    }
    failing_ = false;
    // It said so at some moment in between, and that may have been long.
    if (*server) follow(ahead_of_host(**server, host_.now()), ahead_of_host(**server, begun));
    return true;
}

void SharedClock::follow(Seconds least, Seconds most) {
    const Seconds known = measured_.value_or(Seconds{0});
    if (measured_ && known >= least - kClocksAgree && known <= most + kClocksAgree) return;
    measured_ = least + (most - least) / 2;
    ahead_ = worth_following(*measured_).count();
    const LogField field{"store_ahead_seconds", std::int64_t{measured_->count()}};
    if (std::chrono::abs(*measured_) > kFollowsAtMost) {
        log_.error("clock.not_followed", {field});
    } else if (!agree(*measured_, known)) {
        log_.warning("clock.followed", {field});
    }
}

void SharedClock::note_failure(const std::string& reason) {
    if (!failing_) log_.warning("clock.not_asked", {{"reason", reason}});
    failing_ = true;
}

}  // namespace vestibule
