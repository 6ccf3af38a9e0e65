// An answer of the provider as a fuzz target's input: status, Content-Type and Retry-After, a line each, and the body.
#pragma once

#include <charconv>

#include "http/client.h"
#include "tests/fuzz/fuzz_target.h"

namespace vestibule::fuzz {

inline OutboundResponse outbound_response(std::string_view input) {
    Pieces pieces(input);
    OutboundResponse response;
    const std::string_view status = pieces.next();
    std::from_chars(status.data(), status.data() + status.size(), response.status);
    for (const auto* name : {"Content-Type", "Retry-After"}) {
        if (const auto value = pieces.next(); !value.empty()) response.headers.add(name, value);
    }
    response.body = pieces.rest();
    return response;
}

inline bool is_visible_ascii(std::string_view text) {
    for (const char c : text) {
        if (c < 0x20 || c > 0x7e) return false;
    }
    return true;
}

}  // namespace vestibule::fuzz
