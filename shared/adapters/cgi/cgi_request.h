// CGI/1.1 variables (RFC 3875 §4.1) become a Request. The same for CGI and for FastCGI.
//
// - The path and the query are those of REQUEST_URI, raw. Only where a web server sets none are they put together from
//   SCRIPT_NAME, PATH_INFO and QUERY_STRING; the first two are decoded there, so they are encoded again.
// - HTTP_* become header fields with lower-case names. HTTP_PROXY (httpoxy, checklist H15) and HTTP_AUTHORIZATION (H16)
//   do not: nothing behind here sees them. Neither do HTTP_CONTENT_LENGTH, HTTP_CONTENT_TYPE and
//   HTTP_TRANSFER_ENCODING, whose real values the web server gives elsewhere, nor names that are not made of
//   [A-Z0-9_], which could pass for another (peers C5).
// - HTTP_TRANSFER_ENCODING without CONTENT_LENGTH announces a body of unknown length, which is refused (checklist H07).
// - A header field that comes twice stays twice. Any other variable that matters and comes twice is an error (H14).
// - Values are C strings here, in CGI and in libfcgi: a NUL ends one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace vestibule {

struct CgiVariable {
    std::string_view name;
    std::string_view value;
};

// From "NAME=value" strings, the last one a null pointer. The result points into them.
std::vector<CgiVariable> cgi_variables(const char* const* environment);

struct RequestLimits {
    std::uint64_t max_header_octets = 32 * 1024;  // names and values of the fields, and the target
    std::size_t max_header_fields = 100;
};

// Without body, cancellation and request_id, which the server adds. bad_request or headers_too_large.
Result<Request> request_from_cgi(const std::vector<CgiVariable>& variables, const RequestLimits& limits);

}  // namespace vestibule
