// How long a client is waited for that sends its body slowly. Only time spent waiting counts: a slow upstream is not
// the client's fault.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "base/result.h"

namespace vestibule {

// The client may be silent for `limit` at once; and altogether it is waited for that long, and a second more for every
// KiB that it sent. So one octet every few seconds ends after `limit`, and a slow line may take its time. One thread.
class ClientPace {
public:
    explicit ClientPace(Milliseconds limit) : limit_(limit) {}

    // Whether await() would return at once: something is there, or the client's time is up.
    bool settled(int descriptor);
    // Waits until `descriptor` is readable. bad_request once the client's time is up.
    Result<void> await(int descriptor);
    void received(std::size_t octets) { received_ += octets; }

private:
    using Clock = std::chrono::steady_clock;

    bool arrived(int descriptor, Milliseconds wait);
    Clock::time_point deadline() const;

    const Milliseconds limit_;
    std::uint64_t received_ = 0;
    Clock::duration waited_{0};  // until the last arrival
    std::optional<Clock::time_point> waiting_since_;
};

}  // namespace vestibule
