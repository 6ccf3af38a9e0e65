// One time limit for everything that one call does.
#pragma once

#include <algorithm>

#include "base/clock.h"
#include "http/client.h"

namespace vestibule {

class Deadline {
public:
    Deadline(const Clock& clock, Milliseconds patience) : clock_(&clock), end_(clock.monotonic_now() + patience) {}

    // Never negative.
    Milliseconds left() const {
        const auto left = std::chrono::floor<Milliseconds>(end_ - clock_->monotonic_now());
        return std::max(left, Milliseconds{0});
    }
    bool over() const { return left().count() == 0; }
    // The same end, or an earlier one.
    Deadline within(Milliseconds patience) const { return Deadline(*clock_, std::min(patience, left())); }

    // REQUIRES: !over(), for a total of 0 would mean no limit.
    HttpLimits limits(std::size_t max_body_octets) const {
        HttpLimits limits;
        limits.connect = std::min(limits.connect, left());
        limits.first_byte = limits.idle = limits.total = left();
        limits.max_body_octets = max_body_octets;
        return limits;
    }

private:
    const Clock* clock_;
    MonotonicTime end_;
};

}  // namespace vestibule
