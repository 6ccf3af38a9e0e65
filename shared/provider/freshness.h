// How long a published document may be used without asking again (RFC 9111 §4.2; checklist D09).
#pragma once

#include "base/clock.h"
#include "http/message.h"

namespace vestibule {

constexpr Seconds kFreshAtLeast{60};
constexpr Seconds kFreshAtMost{24 * 60 * 60};
constexpr Seconds kFreshUnlessStated{60 * 60};

// max-age less Age, within the two limits; no-store and no-cache are the lower one, for we ask seldom in any case.
Seconds freshness(const HeaderFields& headers);

}  // namespace vestibule
