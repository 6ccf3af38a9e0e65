// What a program has before there is a configuration: for the operator's tool, which also makes the first key.
#pragma once

#include "adapters/system/config_sources.h"
#include "adapters/system/harden_process.h"
#include "adapters/system/system_clock.h"
#include "adapters/system/system_random.h"

namespace vestibule {

struct BareWorld {
    BareWorld() { harden_process(); }

    ConfigSources sources = system_config_sources();
    SystemClock clock;
    SystemRandom random;
};

}  // namespace vestibule
