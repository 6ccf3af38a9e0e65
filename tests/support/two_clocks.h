// The clock of a host that goes by the store's server for what it stores (session/shared_clock.h), without the store.
#pragma once

#include "tests/support/fake_clock.h"

namespace vestibule {

struct TwoClocks final : Clock {
    TwoClocks(FakeClock& host, Seconds ahead) : host_(host), ahead_(ahead) {}
    WallTime now() const override { return host_.now() + ahead_; }
    WallTime host_now() const override { return host_.now(); }
    MonotonicTime monotonic_now() const override { return host_.monotonic_now(); }
    void sleep(Milliseconds duration) override { host_.sleep(duration); }

private:
    FakeClock& host_;
    const Seconds ahead_;
};

}  // namespace vestibule
