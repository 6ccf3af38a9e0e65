// What of a request's trace context goes on to an upstream (W3C Trace Context §3–§4; checklist P56, G09).
#pragma once

#include "http/message.h"

namespace vestibule {

// A valid traceparent, and the tracestate with it; nothing where the traceparent is malformed or sent twice. A
// tracestate that is malformed, has over 32 members or over 512 octets is left out.
HeaderFields trace_headers(const HeaderFields& request);

}  // namespace vestibule
