// The real world of a function that only looks at the session. Without an HTTP client.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "adapters/system/log_stderr.h"
#include "adapters/system/system_clock.h"
#include "adapters/system/system_random.h"
#include "base/result.h"
#include "session/shared_clock.h"
#include "world/world.h"

namespace vestibule {

// Owns what a SessionWorld borrows.
class OwnedSessionWorld {
public:
    // Reads the configuration and the keys and opens the store; or every problem, for people.
    static tl::expected<std::unique_ptr<OwnedSessionWorld>, std::string> make(std::string_view function);

    OwnedSessionWorld(const OwnedSessionWorld&) = delete;
    OwnedSessionWorld& operator=(const OwnedSessionWorld&) = delete;

    SessionWorld borrow() { return {config_, clock_, random_, log_, keys_, *store_}; }
    // Before every request: session/shared_clock.h.
    void keep_in_step() { clock_.keep_in_step(); }

private:
    OwnedSessionWorld(std::string_view function, Config config, KeyRing keys, std::unique_ptr<SessionStore> store);

    const Config config_;
    SystemClock host_clock_;
    SystemRandom random_;
    LogStderr log_;
    KeyRing keys_;
    const std::unique_ptr<SessionStore> store_;
    SharedClock clock_{host_clock_, *store_, log_};
};

}  // namespace vestibule
