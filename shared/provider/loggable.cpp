#include "provider/loggable.h"

#include <algorithm>
#include <chrono>

#include "oauth/token_response.h"

namespace vestibule {
namespace {

// "accept JWTs with an iat or nbf timestamp between 0 and 10 seconds in the future" (FAPI 2.0 §5.3.2.1-13).
constexpr Seconds kClocksMayDiffer{10};

std::string about_clocks(const OutboundResponse& response, WallTime now) {
    const auto ahead = clock_difference(response, now);
    if (!ahead || std::chrono::abs(*ahead) <= kClocksMayDiffer) return {};
    return "; its clock is " + std::to_string(std::chrono::abs(*ahead).count()) + " s " +
           (*ahead > Seconds{0} ? "ahead of" : "behind") + " ours";
}

}  // namespace

std::string loggable(std::string_view error_code) {
    const bool looks_like_one =
        !error_code.empty() && error_code.size() <= 64 && std::all_of(error_code.begin(), error_code.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
                   c == '-';
        });
    return looks_like_one ? std::string(error_code) : "other";
}

std::string refusal_of(const OutboundResponse& response, WallTime now) {
    const auto error = token_error(response);
    const std::string status = "status " + std::to_string(response.status);
    if (!error) return status;
    return status + ", " + loggable(*error) + (error == "invalid_client" ? about_clocks(response, now) : std::string());
}

}  // namespace vestibule
