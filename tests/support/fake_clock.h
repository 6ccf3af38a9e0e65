// A clock that stands still until a test moves it, or somebody sleeps.
#pragma once

#include <atomic>

#include "base/clock.h"

namespace vestibule {

class FakeClock final : public Clock {
public:
    // 2026-01-01T00:00:00Z unless told otherwise.
    explicit FakeClock(WallTime start = WallTime{Seconds{1'767'225'600}}) : start_(start) {}

    WallTime now() const override { return start_ + std::chrono::floor<Seconds>(Milliseconds{elapsed_} + wall_step()); }
    MonotonicTime monotonic_now() const override { return MonotonicTime{} + Milliseconds{elapsed_}; }
    void sleep(Milliseconds duration) override { advance(duration); }

    void advance(Milliseconds duration) { elapsed_ += duration.count(); }
    // Somebody sets the system's clock: wall time jumps, monotonic time does not (checklist X18).
    void step_wall_time(Seconds step) { wall_step_ += step.count(); }
    // How long everybody together has slept, or time was moved.
    Milliseconds elapsed() const { return Milliseconds{elapsed_}; }

private:
    Milliseconds wall_step() const { return Seconds{wall_step_}; }

    const WallTime start_;
    std::atomic<Milliseconds::rep> elapsed_{0};
    std::atomic<Seconds::rep> wall_step_{0};
};

}  // namespace vestibule
