// A session's key as an operator reads and types it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "session/store.h"

namespace vestibule::admin {

std::string print_key(const SessionKey& key);        // 64 hexadecimal digits
std::string print_short_key(const SessionKey& key);  // the first 16 of them
// The whole key; nothing for anything but 64 hexadecimal digits.
std::optional<SessionKey> parse_key(std::string_view text);
// 8 to 63 lower-case hexadecimal digits: the beginning of a key.
bool is_key_beginning(std::string_view text);

}  // namespace vestibule::admin
