// How much of a long test is done: little with every `make test`, all of it with `make faults`.
#pragma once

#include <cstdlib>

namespace vestibule {

inline bool is_thorough() {
    const char* asked = std::getenv("VESTIBULE_THOROUGH");
    return asked != nullptr && *asked != '\0';
}
inline int usual_or_thorough(int usual, int thorough) { return is_thorough() ? thorough : usual; }

}  // namespace vestibule
