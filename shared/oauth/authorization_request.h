// What a login asks of the provider, and the URL that asks it at the provider (OpenID Connect Core §3.1.2.1; checklist
// L02–L21).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "codec/form.h"
#include "config/config.h"
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
    std::optional<Secret> id_token_hint;
    ResponseMode response_mode = ResponseMode::query;
    std::vector<std::string> resources;
    std::vector<std::pair<std::string, std::string>> more;  // as configured, none of them ours
    std::optional<Secret> dpop_key = {};       // of this login, a P-256 scalar: never sent, used where DPoP is
    std::optional<std::string> dpop_jkt = {};  // its name, so that the code is bound to it, too (RFC 9449 §10)
};

// The parameters in the order they are sent, none twice but `resource`. offline_access in the scope adds prompt=consent
// unless a prompt is asked for (Core §11, checklist L19).
Form authorization_parameters(const AuthorizationRequest& request);

// All of it through the browser.
std::string authorization_url(const ProviderMetadata& provider, const AuthorizationRequest& request);

}  // namespace vestibule
