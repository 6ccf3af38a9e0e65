#include "oauth/jwt_claims.h"

#include "http/message.h"

namespace vestibule {
namespace {

// The last second of the year 9999. A larger date counts milliseconds, or nothing at all.
constexpr double kLastDate = 253402300799.0;

}  // namespace

double seconds_of(Seconds seconds) { return static_cast<double>(seconds.count()); }
double seconds_of(WallTime time) { return seconds_of(time.time_since_epoch()); }

std::optional<double> date_at(const Json& claims, std::string_view name) {
    const Json* member = claims.find(name);
    if (member == nullptr || !member->is_number()) return std::nullopt;
    const double seconds = member->as_double();
    if (!(seconds >= 0 && seconds <= kLastDate)) return std::nullopt;
    return seconds;
}

const char* sign_of_another_kind(const Json& header, const Json& claims) {
    if (const Json* typ = header.find("typ")) {
        // A media type, compared without case; "application/" may be left out (RFC 7515 §4.1.9).
        const std::string type = typ->is_string() ? typ->as_string() : std::string{};
        if (!equal_ignoring_case(type, "JWT") && !equal_ignoring_case(type, "application/JWT")) return "typ is not JWT";
    }
    return claims.find("events") != nullptr ? "events belongs to a logout token" : nullptr;
}

}  // namespace vestibule
