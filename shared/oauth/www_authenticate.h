// WWW-Authenticate challenges of upstreams (RFC 9110 §11.6.1, RFC 6750 §3, RFC 9470 §3).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vestibule {

struct Challenge {
    std::string scheme;                                           // lower case
    std::vector<std::pair<std::string, std::string>> parameters;  // names in lower case
    std::optional<std::string_view> find(std::string_view name) const;
};

// Every challenge of one field value; what cannot be read is left out. At most 16 challenges of 16 parameters.
std::vector<Challenge> parse_www_authenticate(std::string_view value);

}  // namespace vestibule
