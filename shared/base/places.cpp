#include "base/places.h"

namespace vestibule {

bool Places::take(MonotonicTime deadline) {
    std::unique_lock lock(mutex_);
    if (!became_free_.wait_until(lock, deadline, [&] { return free_ > 0; })) return false;
    --free_;
    return true;
}

void Places::give_back() {
    {
        const std::lock_guard lock(mutex_);
        ++free_;
    }
    became_free_.notify_one();
}

Result<Place> take_place(Places& places, MonotonicTime deadline, const char* otherwise) {
    if (!places.take(deadline)) return failure(ErrorCode::store_unavailable, otherwise);
    return Place(&places, [](Places* taken) { taken->give_back(); });
}

}  // namespace vestibule
