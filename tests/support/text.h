// Criterion's eq(str, …) takes no const std::string; text() hands it a fresh one, so that a failure prints both sides.
#pragma once

#include <string>
#include <string_view>

namespace vestibule {

inline std::string text(std::string_view octets) { return std::string(octets); }

}  // namespace vestibule
