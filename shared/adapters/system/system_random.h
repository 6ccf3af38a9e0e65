// Randomness from the kernel, getrandom(2). There is no state in the process, so a fork cannot repeat anything
// (checklist S16).
#pragma once

#include "base/random.h"

namespace vestibule {

class SystemRandom final : public Random {
public:
    std::string octets(std::size_t count) override;
};

}  // namespace vestibule
