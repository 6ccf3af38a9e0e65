// Every setting there is, as the reading code itself says it: for the checks that keep the schema and the reference in
// step with it.
#pragma once

#include <vector>

#include "config/findings.h"

namespace vestibule {

std::vector<SettingFacts> known_settings();

}  // namespace vestibule
