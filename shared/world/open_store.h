// Which stores this build has, and the making of one from its address. `make STORES="sqlite postgres redis"` decides;
// what is left out is neither compiled nor linked.
#pragma once

#include <memory>
#include <string>

#include "config/config.h"
#include "session/store.h"

namespace vestibule {

// Their names with a space between them: "sqlite postgres redis".
std::string stores_of_this_build();

// What `config.store` names, without touching it yet. Fails, for people and without the address, which may hold a
// password: `internal` where the address is of no kind of store that is in this build, or the store refuses it.
Result<std::unique_ptr<SessionStore>> open_store(const Config& config);

}  // namespace vestibule
