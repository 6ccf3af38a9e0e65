// The machine's clock.
#pragma once

#include "base/clock.h"

namespace vestibule {

class SystemClock final : public Clock {
public:
    WallTime now() const override;
    MonotonicTime monotonic_now() const override;
    void sleep(Milliseconds duration) override;
};

}  // namespace vestibule
