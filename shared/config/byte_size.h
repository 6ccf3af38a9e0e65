// Amounts of octets as people write them in configuration: "512B", "32KiB", "10MiB", "1GiB".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vestibule {

// A whole number and one unit of B, KiB, MiB, GiB; nothing for anything else, a sign, or more than 2^50 octets.
std::optional<std::uint64_t> parse_byte_size(std::string_view text);
// The shortest exact form: 10485760 is "10MiB".
std::string print_byte_size(std::uint64_t octets);

}  // namespace vestibule
