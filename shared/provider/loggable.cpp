#include "provider/loggable.h"

#include <algorithm>

namespace vestibule {

std::string loggable(std::string_view error_code) {
    const bool looks_like_one =
        !error_code.empty() && error_code.size() <= 64 && std::all_of(error_code.begin(), error_code.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
                   c == '-';
        });
    return looks_like_one ? std::string(error_code) : "other";
}

}  // namespace vestibule
