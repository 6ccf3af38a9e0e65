// Percent-encoding (RFC 3986 §2.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vestibule {

// Encodes everything but the unreserved set (RFC 3986 §2.3).
std::string percent_encode(std::string_view octets);
// Nothing where an escape is not two hexadecimal digits (checklist H20). '+' stays '+'.
std::optional<std::string> percent_decode(std::string_view text);

}  // namespace vestibule
