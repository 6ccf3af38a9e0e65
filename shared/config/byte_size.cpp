#include "config/byte_size.h"

#include <array>
#include <charconv>

namespace vestibule {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t octets;
};

constexpr std::array<Unit, 4> kUnits{{{"GiB", 1ULL << 30}, {"MiB", 1ULL << 20}, {"KiB", 1ULL << 10}, {"B", 1}}};
constexpr std::uint64_t kLargest = 1ULL << 50;

std::optional<std::uint64_t> whole_number(std::string_view digits) {
    std::uint64_t number = 0;  // unsigned: from_chars then takes no sign
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (problem != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return number;
}

}  // namespace

std::optional<std::uint64_t> parse_byte_size(std::string_view text) {
    for (const Unit& unit : kUnits) {
        if (!text.ends_with(unit.name)) continue;
        const auto number = whole_number(text.substr(0, text.size() - unit.name.size()));
        if (!number || *number > kLargest / unit.octets) return std::nullopt;
        return *number * unit.octets;
    }
    return std::nullopt;
}

std::string print_byte_size(std::uint64_t octets) {
    for (const Unit& unit : kUnits) {
        if (octets != 0 && octets % unit.octets == 0) return std::to_string(octets / unit.octets).append(unit.name);
    }
    return "0B";
}

}  // namespace vestibule
