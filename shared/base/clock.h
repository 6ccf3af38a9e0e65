// Time as a parameter. Handlers and protocols never ask the system; tests move time by hand (`fake_clock`).
#pragma once

#include <chrono>

namespace vestibule {

using Seconds = std::chrono::seconds;
using Milliseconds = std::chrono::milliseconds;
using WallTime = std::chrono::sys_seconds;  // what JWTs and sessions speak: whole seconds since 1970, UTC
using MonotonicTime = std::chrono::steady_clock::time_point;

// Thread-safe.
class Clock {
public:
    virtual ~Clock() = default;
    virtual WallTime now() const = 0;                    // for everything that is stored
    virtual WallTime host_now() const { return now(); }  // for what is signed: by us for others, or by them (JWT, DPoP)
    virtual MonotonicTime monotonic_now() const = 0;     // for time limits (checklist X18)
    virtual void sleep(Milliseconds duration) = 0;       // a fake clock moves instead
};

}  // namespace vestibule
