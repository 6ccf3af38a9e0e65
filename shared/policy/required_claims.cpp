#include "policy/required_claims.h"

#include <algorithm>
#include <string>

namespace vestibule {
namespace {

bool is_equal(const Json& claim, const std::string& value) {
    if (claim.is_string()) return claim.as_string() == value;
    if (claim.is_bool()) return value == (claim.as_bool() ? "true" : "false");
    if (claim.is_integer()) return value == std::to_string(claim.as_integer());
    return false;
}

bool satisfies(const Json& claim, const std::string& value) {
    if (!claim.is_array()) return is_equal(claim, value);
    return std::any_of(claim.as_array().begin(), claim.as_array().end(),
                       [&](const Json& item) { return is_equal(item, value); });
}

}  // namespace

Result<void> check_required_claims(const Json& claims, const std::vector<RequiredClaim>& required) {
    for (const RequiredClaim& one : required) {
        const Json* claim = claims.find(one.name);
        if (!claim || !satisfies(*claim, one.value)) return failure(ErrorCode::forbidden, "claim " + one.name);
    }
    return {};
}

}  // namespace vestibule
