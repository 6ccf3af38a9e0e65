// Randomness as a parameter.
#pragma once

#include <cstddef>
#include <string>

namespace vestibule {

// Thread-safe.
class Random {
public:
    virtual ~Random() = default;
    // `count` octets from a cryptographically secure source. Never fails: an implementation that cannot deliver aborts
    // the process (checklist S16).
    virtual std::string octets(std::size_t count) = 0;
};

}  // namespace vestibule
