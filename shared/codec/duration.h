// Lengths of time as people write them in configuration: "90s", "30m", "12h", "7d".
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace vestibule {

// A whole number and one unit of s, m, h, d; nothing for anything else, a sign, or more than 400 days.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);
// The shortest exact form: 1800 s is "30m".
std::string print_duration(std::chrono::seconds duration);

}  // namespace vestibule
