// What the JWTs of a provider have in common (RFC 7519 §2, §4; RFC 8725 §3.11, §3.12).
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"
#include "codec/json.h"

namespace vestibule {

// A NumericDate, seconds since 1970: "non-integer values can be represented". Nothing where it is missing or no date
// of this world. Stays a double, for 1e300 has no place in an integer.
std::optional<double> date_at(const Json& claims, std::string_view name);

double seconds_of(Seconds seconds);
double seconds_of(WallTime time);

// An access token, a logout token, a DPoP proof and all the others are JWTs, too, some signed by the same key. What
// says that a JWT is one of them, or nullptr: a typ other than JWT, or `events` (checklist I31, I32).
const char* sign_of_another_kind(const Json& header, const Json& claims);

}  // namespace vestibule
