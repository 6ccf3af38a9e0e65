// Pushed authorization requests (RFC 9126): what a login asks goes to the provider directly, and the browser carries a
// reference to it (checklist L34–L38).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "http/client.h"
#include "oauth/provider_metadata.h"

namespace vestibule {

// The request_uri of the endpoint's answer. provider_unavailable, never quoting the answer's text, where it is not 201
// and JSON with a request_uri and a lifetime above zero; with its Retry-After, where it has one.
Result<std::string> parse_pushed_authorization_response(const OutboundResponse& response, WallTime now);

// The URL that starts the login: client_id and request_uri, nothing else (FAPI 2.0 §5.3.3.2-6, checklist L35).
std::string pushed_authorization_url(const ProviderMetadata& provider, std::string_view client_id,
                                     const std::string& request_uri);

}  // namespace vestibule
