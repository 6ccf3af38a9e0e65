// UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <string_view>

namespace vestibule {

// How many octets the well-formed character at the front has, 1 to 4; 0 where there is none.
std::size_t utf8_character_size(std::string_view text);
bool is_valid_utf8(std::string_view text);

}  // namespace vestibule
