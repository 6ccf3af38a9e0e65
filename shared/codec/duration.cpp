#include "codec/duration.h"

#include <array>
#include <charconv>
#include <cstdint>

namespace vestibule {
namespace {

using std::chrono::seconds;

struct Unit {
    char letter;
    std::int64_t length;
};

constexpr std::array<Unit, 4> kUnits{{{'d', 86'400}, {'h', 3'600}, {'m', 60}, {'s', 1}}};
constexpr std::int64_t kLongest = 400 * 86'400;  // what a cookie may live (RFC 6265bis §5.5)

std::optional<std::int64_t> unit_length(char letter) {
    for (const Unit& unit : kUnits) {
        if (unit.letter == letter) return unit.length;
    }
    return std::nullopt;
}

std::optional<std::int64_t> whole_number(std::string_view digits) {
    std::uint32_t number = 0;  // unsigned: from_chars then takes no sign
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (problem != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return number;
}

}  // namespace

std::optional<seconds> parse_duration(std::string_view text) {
    if (text.empty()) return std::nullopt;
    const auto number = whole_number(text.substr(0, text.size() - 1));
    const auto length = unit_length(text.back());
    if (!number || !length || *number > kLongest / *length) return std::nullopt;
    return seconds(*number * *length);
}

std::string print_duration(seconds duration) {
    for (const Unit& unit : kUnits) {
        const bool exact = duration.count() != 0 && duration.count() % unit.length == 0;
        if (exact) return std::to_string(duration.count() / unit.length) + unit.letter;
    }
    return "0s";
}

}  // namespace vestibule
