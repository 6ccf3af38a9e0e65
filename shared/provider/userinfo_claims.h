// From the answer of the UserInfo endpoint to claims: plain or signed, as this client is registered.
#pragma once

#include <string_view>

#include "http/client.h"
#include "oauth/provider_metadata.h"
#include "provider/key_set_cache.h"

namespace vestibule {

// Which of the two forms counts is `userinfo_algorithms` of the configuration; the other one is refused (Core §5.3.2,
// checklist I40). identity_rejected: it is not good, and the detail says how to mend what only the registration can.
// provider_unavailable: the keys that would verify it are not to be had now.
Result<Json> userinfo_claims(const OutboundResponse& response, std::string_view subject, const ProviderContext& context,
                             KeySetCache& key_sets, const ProviderMetadata& provider, const Deadline& until);

// What to ask for: "application/json", or "application/jwt".
std::string_view userinfo_accepted(const ProviderConfig& config);

}  // namespace vestibule
