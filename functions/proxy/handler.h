// The proxy: a request of our own page goes to the configured upstream with the user's access token, the answer comes
// back without anything that could act on our origin (DESIGN §3; README.md beside this file).
#pragma once

#include "http/message.h"
#include "world/world.h"

namespace vestibule {

Response handle_proxy(const Request& request, const ProviderWorld& world);

}  // namespace vestibule
