// W3C trace context (http/trace_context.h, policy/trace_headers.h).
#include "http/trace_context.h"

#include "policy/trace_headers.h"
#include "tests/fuzz/fuzz_target.h"

using namespace vestibule;
using fuzz::Pieces;
using fuzz::require;

namespace {

bool is_id(std::string_view text, std::size_t size) {
    return text.size() == size && text.find_first_not_of("0123456789abcdef") == text.npos;
}

}  // namespace

// The traceparent; on further lines, tracestates.
FUZZ_TARGET(trace_context) {
    Pieces lines(input);
    const std::string_view value = lines.next();
    HeaderFields request{{"traceparent", std::string(value)}};
    while (!lines.empty()) request.add("tracestate", lines.next());
    const HeaderFields forwarded = trace_headers(request);
    const auto parent = parse_traceparent(value);
    require(forwarded.single("traceparent").has_value() == parent.has_value(), "valid and forwarded, or neither");
    require(parent || forwarded.size() == 0, "no state without its parent");
    if (!parent) return;
    require(is_id(parent->trace_id, 32) && is_id(parent->parent_id, 16) && is_id(parent->flags, 2), "its parts");
    require(parent->trace_id.find_first_not_of('0') != parent->trace_id.npos, "a trace");
    const std::string_view state = forwarded.single("tracestate").value_or("");
    require(state.size() <= 512 && forwarded.all("tracestate").size() <= 1, "short, in one field");
    for (const char c : state) require(c >= 0x20 && c < 0x7f, "nothing that could break a header");
}
