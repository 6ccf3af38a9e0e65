// Retry-After = HTTP-date / delay-seconds (RFC 9110 §10.2.3).
#include <algorithm>
#include <array>
#include <charconv>

#include "oauth/token_response.h"

namespace vestibule {
namespace {

constexpr Seconds kLongestPause{60 * 60};

std::optional<int> number_in(std::string_view digits) {
    int number = 0;
    const char* end = digits.data() + digits.size();
    const bool digit_first = !digits.empty() && digits.front() >= '0' && digits.front() <= '9';
    const auto [stop, error] = std::from_chars(digits.data(), end, number);
    if (!digit_first || error != std::errc{} || stop != end) return std::nullopt;
    return number;
}

bool all_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<unsigned> month_of(std::string_view name) {
    constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto found = std::find(kMonths.begin(), kMonths.end(), name);
    if (found == kMonths.end()) return std::nullopt;
    return static_cast<unsigned>(found - kMonths.begin()) + 1;
}

// IMF-fixdate, the only form that is still sent: "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 §5.6.7). By hand, for
// strptime asks the locale.
std::optional<WallTime> http_date(std::string_view text) {
    if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT") return std::nullopt;
    const auto day = number_in(text.substr(5, 2)), year = number_in(text.substr(12, 4));
    const auto hour = number_in(text.substr(17, 2)), minute = number_in(text.substr(20, 2)),
               second = number_in(text.substr(23, 2));
    const auto month = month_of(text.substr(8, 3));
    if (!day || !month || !year || !hour || !minute || !second) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{*month},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    return std::chrono::sys_days{date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} + Seconds{*second};
}

}  // namespace

std::optional<Seconds> retry_after(const OutboundResponse& response, WallTime now) {
    const auto value = response.headers.single("Retry-After");
    if (!value) return std::nullopt;
    // A number too large to read is a long pause all the same.
    if (all_digits(*value)) {
        const auto number = number_in(*value);
        return number ? std::min(Seconds{*number}, kLongestPause) : kLongestPause;
    }
    const auto date = http_date(*value);
    if (!date) return std::nullopt;
    return std::clamp(*date - now, Seconds{0}, kLongestPause);
}

std::optional<Seconds> clock_difference(const OutboundResponse& response, WallTime now) {
    const auto value = response.headers.single("Date");
    const auto date = value ? http_date(*value) : std::nullopt;
    return date ? std::optional(*date - now) : std::nullopt;
}

}  // namespace vestibule
