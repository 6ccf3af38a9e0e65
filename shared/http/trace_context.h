// The W3C trace context of a request: https://www.w3.org/TR/trace-context/ (checklist P56).
#pragma once

#include <optional>
#include <string_view>

namespace vestibule {

struct TraceParent {
    std::string_view trace_id;   // 32 lower-case hexadecimal digits, not all zero
    std::string_view parent_id;  // 16, not all zero
    std::string_view flags;      // 2
};

// Nothing for a malformed value, which is then ignored as a whole, tracestate too (§4.3). A version above 00 may have
// more after the flags (§3.2.4); version ff is invalid. The parts point into `value`.
std::optional<TraceParent> parse_traceparent(std::string_view value);

}  // namespace vestibule
