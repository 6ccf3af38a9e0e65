// The real environment and the real files, for reading a configuration.
#pragma once

#include "config/read_config.h"

namespace vestibule {

// A secret file must not be readable by others, nor by its group, but for one case: a file of root's that our group may
// read is how root hands a secret to a service that must not change it (mounted secrets in containers), so it is
// accepted where we are not root (checklist A26).
ConfigSources system_config_sources();

}  // namespace vestibule
