#include "adapters/cgi/client_pace.h"

#include <poll.h>

#include <algorithm>
#include <limits>

namespace vestibule {
namespace {

constexpr std::uint64_t kOctetsPerSecond = 1024;

}  // namespace

bool ClientPace::settled(int descriptor) { return arrived(descriptor, Milliseconds{0}) || Clock::now() >= deadline(); }

Result<void> ClientPace::await(int descriptor) {
    for (Milliseconds left{0};; left = std::chrono::ceil<Milliseconds>(deadline() - Clock::now())) {
        if (arrived(descriptor, std::max(left, Milliseconds{0}))) return {};
        if (Clock::now() >= deadline()) return failure(ErrorCode::bad_request, "the client sends too slowly");
    }
}

// An error on the descriptor counts as an arrival: reading tells it.
bool ClientPace::arrived(int descriptor, Milliseconds wait) {
    constexpr Milliseconds kLongest{std::numeric_limits<int>::max()};
    pollfd wanted{descriptor, POLLIN, 0};
    if (poll(&wanted, 1, static_cast<int>(std::min(wait, kLongest).count())) > 0) {
        if (waiting_since_) waited_ += Clock::now() - *waiting_since_;
        waiting_since_.reset();
        return true;
    }
    if (!waiting_since_) waiting_since_ = Clock::now();
    return false;
}

// REQUIRES: arrived() said no.
ClientPace::Clock::time_point ClientPace::deadline() const {
    const Milliseconds earned{received_ * 1000 / kOctetsPerSecond};
    const Clock::duration allowed = std::max(limit_, earned);
    return *waiting_since_ + std::min<Clock::duration>(limit_, allowed - waited_);
}

}  // namespace vestibule
