// How we prove to the provider who we are (RFC 6749 §2.3.1; checklist A01, A03, A04).
#pragma once

#include <string>

#include "codec/form.h"
#include "config/config.h"
#include "http/client.h"

namespace vestibule {

// A POST of `parameters` to `endpoint`, authenticated by the configured method and no other: Basic with both parts
// form-urlencoded first, or client_id and client_secret in the body. Asks for JSON.
OutboundRequest authenticated_post(const std::string& endpoint, Form parameters, const ProviderConfig& client);

}  // namespace vestibule
