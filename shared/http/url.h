// Absolute http(s) URLs from configuration and metadata, taken apart (RFC 3986 §3).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vestibule {

struct Url {
    std::string scheme;  // "http" or "https", lower case
    std::string host;    // lower case, without brackets
    std::string port;    // decimal, "" where none was written
    std::string path;    // raw, begins with '/' or is ""
    std::string query;   // raw, without '?'
    bool has_query = false;

    std::string origin() const;  // scheme://host[:port], default port left out
    bool is_loopback() const;    // localhost, *.localhost, 127.0.0.0/8, ::1
};

// Nothing for user info, a fragment, other schemes, white space, controls, backslash, octets beyond ASCII, a host that
// is empty or no plain name or address, or a port that is not 1 to 65535 without leading zeros.
std::optional<Url> parse_url(std::string_view text);

}  // namespace vestibule
