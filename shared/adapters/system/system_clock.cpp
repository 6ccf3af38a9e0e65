#include "adapters/system/system_clock.h"

#include <thread>

namespace vestibule {

WallTime SystemClock::now() const { return std::chrono::floor<Seconds>(std::chrono::system_clock::now()); }

MonotonicTime SystemClock::monotonic_now() const { return std::chrono::steady_clock::now(); }

void SystemClock::sleep(Milliseconds duration) { std::this_thread::sleep_for(duration); }

}  // namespace vestibule
