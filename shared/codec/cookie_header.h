// The Cookie request header (RFC 6265bis §5.8.3; checklist S07, S08, S09).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vestibule {

// Name-value pairs in order; both `;` and the `,` that some servers join several header fields with separate them.
// Names are compared case-sensitively by whoever looks. Pieces without '=' are skipped. At most 100 pairs are read.
std::vector<std::pair<std::string_view, std::string_view>> parse_cookie_header(std::string_view header);

}  // namespace vestibule
