// The URL that starts a login at the provider (OpenID Connect Core §3.1.2.1; checklist L02–L21).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "oauth/provider_metadata.h"

namespace vestibule {

struct AuthorizationRequest {
    std::string client_id;
    std::string redirect_uri;
    std::string scope;
    std::string state;
    std::string nonce;
    std::string code_challenge;
    std::optional<std::string> prompt;
    std::optional<Seconds> max_age;
    std::vector<std::string> acr_values;
    std::optional<std::string> login_hint;
    std::optional<std::string> ui_locales;
};

// offline_access in the scope adds prompt=consent unless a prompt is asked for (Core §11, checklist L19).
std::string authorization_url(const ProviderMetadata& provider, const AuthorizationRequest& request);

}  // namespace vestibule
