// So many places, taken and given back: what bounds how many threads do something at once. Who finds none waits in
// line, for a bounded time. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>

#include "base/clock.h"
#include "base/result.h"

namespace vestibule {

class Places {
public:
    explicit Places(std::size_t count) : free_(count) {}
    bool take(MonotonicTime deadline);  // false: none became free until then
    void give_back();

private:
    std::mutex mutex_;
    std::condition_variable became_free_;
    std::size_t free_;
};

// A place that was taken, for as long as this lives.
using Place = std::unique_ptr<Places, void (*)(Places*)>;

// Fails with store_unavailable and `otherwise` where none became free until then.
Result<Place> take_place(Places& places, MonotonicTime deadline, const char* otherwise);

}  // namespace vestibule
