// What a URL in the configuration must be, and what exactly is wrong with one that is not. No message quotes the URL:
// people write passwords into them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/url.h"

namespace vestibule {

enum class PlainHttp { loopback_only, anywhere };

// Why `text` is no absolute http(s) URL that may be used here, or nothing.
std::optional<std::string> problem_of_url(std::string_view text, PlainHttp plain_http);

// Names the same server: host and port, whatever way they are written. On the own machine every port is another server,
// elsewhere every port of a host is the same party (checklist P58).
bool is_same_party(const Url& a, const Url& b);

}  // namespace vestibule
