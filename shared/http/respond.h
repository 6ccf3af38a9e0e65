// The answers every function gives: JSON, problem, redirect, page. All carry the security headers (checklist H23) and
// Cache-Control: no-store (H24); every redirect is 303 with an absolute Location (L40, H02).
#pragma once

#include <string_view>

#include "base/error.h"
#include "codec/json.h"
#include "http/message.h"

namespace vestibule {

Response json_response(const Json& body, int status = 200);
// application/problem+json (RFC 9457): type "about:blank", title, status, code, and what `extra` adds.
Response problem_response(const Error& error, const Json& extra = Json::object());
// For a person who navigated: a small plain page with the error's title and a link to `app_url`.
Response error_page(const Error& error, std::string_view app_url);
Response redirect_response(std::string_view absolute_url);
// A 405 with Allow (RFC 9110 §15.5.6); `allow` such as "GET, HEAD".
Response method_not_allowed(std::string_view allow);
// What every response has, added where it is missing: for responses made elsewhere, such as a forwarded one.
void add_security_headers(HeaderFields& headers);

// A browser navigation, as opposed to fetch (Sec-Fetch-Mode, else Accept).
bool is_navigation(const Request& request);
// Somebody is only looking ahead: Sec-Purpose or Purpose says prefetch or prerender (checklist L27).
bool is_speculative(const Request& request);

}  // namespace vestibule
