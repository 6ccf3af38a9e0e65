// A Response becomes a CGI response (RFC 3875 §6), the same text for CGI and for FastCGI.
//
// - "Status:" comes first (checklist H01, H03); connection fields are never passed on (H04).
// - A field that could break the header is left out and logged as `response.field_dropped`, never sent (P50).
// - No body for HEAD (H08), 204 and 304 (P27). Content-Length is ours where the body is a string; where it streams, the
//   response's own one is kept and held to: a body that ends elsewhere counts as truncated.
// - A streaming body is flushed as it comes (P46).
#pragma once

#include <string>
#include <string_view>

#include "base/log.h"
#include "http/message.h"

namespace vestibule {

// Where the answer goes: towards the web server. False: nobody is there any more.
class ResponseSink {
public:
    virtual ~ResponseSink() = default;
    virtual bool write(std::string_view octets) = 0;
    virtual bool flush() = 0;
};

enum class Delivery {
    whole,
    truncated,    // the body broke off: what was sent must not pass for the whole (checklist P23)
    nobody_there  // the web server went away
};

Delivery write_response(const Response& response, std::string_view method, ResponseSink& sink, Log& log);

}  // namespace vestibule
