// What of the provider's words may stand in our log.
#pragma once

#include <string>
#include <string_view>

namespace vestibule {

// An error code as it is, where it looks like one: up to 64 of [A-Za-z0-9_.-]. "other" for anything else.
std::string loggable(std::string_view error_code);

}  // namespace vestibule
