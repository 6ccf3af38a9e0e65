// Provider metadata (OpenID Connect Discovery §3, §4; RFC 8414) checked against what we need (checklist D02–D06, D15).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "codec/json.h"
#include "config/config.h"

namespace vestibule {

// Where a client certificate is configured, endpoints are those of mtls_endpoint_aliases that are there (checklist
// D16).
struct ProviderMetadata {
    std::string issuer;
    std::string authorization_endpoint;
    std::string token_endpoint;
    std::string jwks_uri;
    std::optional<std::string> userinfo_endpoint;
    std::optional<std::string> revocation_endpoint;
    std::optional<std::string> end_session_endpoint;
    std::optional<std::string> pushed_authorization_request_endpoint;
    bool pushes_requests = false;          // logins go by the endpoint above (RFC 9126), which is there then
    bool uses_dpop = false;                // logins ask for tokens that are bound to a key (RFC 9449)
    bool registers_people = true;          // prompt=create: announced, or nothing is (prompt_values_supported)
    bool iss_parameter_supported = false;  // authorization_response_iss_parameter_supported (RFC 9207 §3)
};

// issuer + "/.well-known/openid-configuration", a trailing '/' of the issuer removed (Discovery §4.1).
std::string discovery_url(std::string_view issuer);

// provider_unavailable with a detail that names the member and how to mend it, where: the issuer differs by any octet,
// a needed endpoint is missing or no https URL (http on loopback or where the configuration allows it), PKCE methods
// are announced without S256, `code` or every one of our ID token algorithms is not supported, we cannot authenticate
// as configured (oauth/client_abilities.h), or a login cannot be asked for as configured
// (oauth/authorization_abilities.h).
Result<ProviderMetadata> parse_provider_metadata(const Json& document, const Config& config);

}  // namespace vestibule
