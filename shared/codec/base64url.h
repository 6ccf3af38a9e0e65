// base64url without padding (RFC 4648 §5, RFC 7515 §2), and plain base64 for HTTP Basic (RFC 7617).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vestibule {

std::string base64url_encode(std::string_view octets);
// Strict: only the alphabet, no padding, no white space, no stray bits in the last character (checklist I01).
std::optional<std::string> base64url_decode(std::string_view text);

std::string base64_encode(std::string_view octets);  // with padding
std::string hex_encode(std::string_view octets);     // lower case
// Strict: pairs of lower-case digits.
std::optional<std::string> hex_decode(std::string_view text);

}  // namespace vestibule
