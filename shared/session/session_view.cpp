#include "session/session_view.h"

#include <algorithm>
#include <cstdint>

namespace vestibule {
namespace {

Json seconds_left(WallTime until, WallTime now) { return std::max<std::int64_t>((until - now).count(), 0); }

}  // namespace

Json session_view(const SessionRow& row, WallTime now) {
    return Json::object({{"expiresIn", seconds_left(row.expires_at, now)},
                         {"idleExpiresIn", seconds_left(row.idle_expires_at, now)},
                         {"accessTokenExpiresIn", seconds_left(row.access_expires_at, now)}});
}

}  // namespace vestibule
