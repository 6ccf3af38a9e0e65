// Where the provider's answer stands in the request: in the query, or in a form that the browser posts (OAuth 2.0 Form
// Post Response Mode; checklist C13–C15).
#pragma once

#include <string_view>

#include "base/result.h"
#include "config/config.h"
#include "http/message.h"
#include "oauth/authorization_response.h"

namespace vestibule {

// "GET" or "POST": what the provider was asked to use.
std::string_view method_of(ResponseMode mode);

// The method is that one. A GET that carries an error and no code is taken with form_post as well: a provider that
// refuses a request before it has looked at response_mode says so by the default, and a code is not at stake.
bool may_carry_response(const Request& request, ResponseMode mode);

// From the query of a GET, from nothing but the body of a POST. flow_invalid: no form, more than 16 KiB, or what
// parse_authorization_response() says.
Result<AuthorizationResponse> read_response(const Request& request);

}  // namespace vestibule
