// The URL that ends the session at the provider (OpenID Connect RP-Initiated Logout §2; checklist O03, O05, O06, O09).
#pragma once

#include <optional>
#include <string>

#include "base/secret.h"
#include "oauth/provider_metadata.h"

namespace vestibule {

struct EndSessionRequest {
    std::optional<Secret> id_token_hint;
    std::string client_id;
    std::string post_logout_redirect_uri;
    std::optional<std::string> state{};  // comes back to that address (O07)
};

// Nothing where the provider has no end_session_endpoint (O10). A hint that would make the URL longer than web servers
// take is left out: the provider may then ask the person once more (O04).
std::optional<std::string> end_session_url(const ProviderMetadata& provider, const EndSessionRequest& request);

}  // namespace vestibule
