// What of a provider's metadata decides whether we can prove who we are the way it is configured: the method and, with
// private_key_jwt, the algorithm (checklist D15).
#pragma once

#include "base/result.h"
#include "codec/json.h"
#include "config/config.h"

namespace vestibule {

// provider_unavailable with a detail that names the metadata's member and the setting that mends it.
Result<void> check_client_abilities(const Json& document, const ProviderConfig& config);

}  // namespace vestibule
