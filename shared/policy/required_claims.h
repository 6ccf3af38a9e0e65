// What a session must say about its user before a route is open to it (DESIGN §3, "required claims").
#pragma once

#include <vector>

#include "base/result.h"
#include "codec/json.h"
#include "config/config.h"

namespace vestibule {

// Every one of them: a text equal to the value, an array that contains it, or a boolean or whole number that reads like
// it ("true", "7"). forbidden otherwise; the detail names the claim, never its value.
Result<void> check_required_claims(const Json& claims, const std::vector<RequiredClaim>& required);

}  // namespace vestibule
