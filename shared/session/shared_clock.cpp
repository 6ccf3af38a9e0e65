#include "session/shared_clock.h"

#include <chrono>

namespace vestibule {
namespace {

constexpr Seconds kAskEvery{30};
constexpr Seconds kAskAgain{5};  // after a failure

bool agree(Seconds one, Seconds other) { return std::chrono::abs(one - other) <= kClocksAgree; }

}  // namespace

void SharedClock::keep_in_step() {
    if (!is_due()) return;
    std::unique_lock turn(asking_, std::defer_lock);
    if (asked_) {
        if (!turn.try_lock()) return;
    } else {
        turn.lock();
    }
    if (!is_due()) return;
    const auto time = store_.server_time();
    asked_ = true;
    due_in(time ? kAskEvery : kAskAgain);
    if (time && *time) follow(**time - host_.now());
}

void SharedClock::due_in(Seconds pause) { due_at_ = (host_.monotonic_now() + pause).time_since_epoch().count(); }

void SharedClock::follow(Seconds ahead) {
    if (agree(ahead, Seconds{ahead_})) return;
    if (std::chrono::abs(ahead) > kFollowsAtMost) {
        log_.error("clock.not_followed", {{"store_ahead_seconds", std::int64_t{ahead.count()}}});
        return;
    }
    ahead_ = agree(ahead, Seconds{0}) ? 0 : ahead.count();
    log_.warning("clock.followed", {{"store_ahead_seconds", std::int64_t{ahead_}}});
}

}  // namespace vestibule
