// The time that all hosts of one store agree on. Leases, the ends of sessions and "which logins began before this
// logout" compare what one host has written with what another one reads, so a host whose clock is two minutes off would
// take somebody's lease too early, and let in a login that was ended (checklist R02, B13, X18). Where hosts share a
// server, its clock is everybody's.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>

#include "base/clock.h"
#include "base/log.h"
#include "session/store.h"

namespace vestibule {

// Less is none: times are whole seconds, and the question takes a moment.
inline constexpr Seconds kClocksAgree{2};
// More is no clock that runs a little wrong, and nobody knows which of the two is right.
inline constexpr Seconds kFollowsAtMost{5 * 60};

// How far the server's clock is ahead of the host's, whatever number the server says.
Seconds ahead_of_host(WallTime server, WallTime host);

// Thread-safe. Borrows all three.
class SharedClock final : public Clock {
public:
    SharedClock(Clock& host, SessionStore& store, Log& log) : host_(host), store_(store), log_(log) {}

    // The host's, moved by as much as the server's was ahead when it was last asked.
    WallTime now() const override { return host_.now() + Seconds{ahead_}; }
    // A server whose clock is wrong must not make every login a forgery.
    WallTime host_now() const override { return host_.now(); }
    MonotonicTime monotonic_now() const override { return host_.monotonic_now(); }
    void sleep(Milliseconds duration) override { host_.sleep(duration); }

    // Before every request: asks the server for its time where that was not done for half a minute, or somebody has set
    // the host's clock since. The first who come wait for the answer; later, one asks and the others go on. Takes as
    // long as SessionStore::server_time(). Where that fails nothing moves, the log says so once, and it is tried again
    // in a few seconds.
    void keep_in_step();

private:
    Seconds host_step() const;
    bool is_due() const;
    void carry_over(Seconds step);
    bool ask();
    void follow(Seconds least, Seconds most);
    void note_failure(const std::string& reason);

    Clock& host_;
    SessionStore& store_;
    Log& log_;
    std::mutex asking_;
    // Of whoever asks:
    bool failing_ = false;
    std::optional<Seconds> measured_{};  // how far the server was ahead; nothing where it never said

    std::atomic<Seconds::rep> ahead_{0};
    std::atomic<Seconds::rep> stepped_by_{0};
    std::atomic<MonotonicTime::rep> due_at_{MonotonicTime::min().time_since_epoch().count()};
    std::atomic<bool> asked_{false};
};

}  // namespace vestibule
