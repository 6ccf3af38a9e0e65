// What the provider's redirect back carries (RFC 6749 §4.1.2, RFC 9207; checklist C01–C11).
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "codec/form.h"

namespace vestibule {

struct AuthorizationResponse {
    std::string state;  // not yet checked
    std::optional<std::string> iss;
    std::optional<Secret> code;        // exactly one of these two
    std::optional<std::string> error;  // the provider's code, untrusted text
};

// flow_invalid where a parameter comes twice, state is missing, or there are both or neither of code and error.
Result<AuthorizationResponse> parse_authorization_response(const Form& parameters);

// RFC 9207 §2.4: a present `iss` must be this issuer, an announced one must be present. flow_invalid.
Result<void> check_response_issuer(const AuthorizationResponse& response, std::string_view issuer, bool announced);

// The provider's error in our closed vocabulary: access_denied, login_required, interaction_required, provider_error,
// unavailable (temporarily_unavailable, server_error).
ErrorCode authorization_error(std::string_view error);

}  // namespace vestibule
