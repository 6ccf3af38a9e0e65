// Whether the path and query of a request may be forwarded byte for byte: only where everybody who reads them, we, the
// web server and the upstream, reads the same (RFC 9110 §7.7, RFC 10017 §6.1.3.6; checklist P02, P04, P05).
#pragma once

#include <string_view>

#include "base/result.h"

namespace vestibule {

enum class EncodedSlashes { refuse, allow };

// `path` is raw. bad_request for anything that is not '/' first, for octets no browser leaves in a path (controls,
// blanks, non-ASCII, `\`, `#`, `"`, `<`, `>`, `` ` ``, `{`, `}`), for empty segments but the last, for dot segments,
// also before a ';' and with blanks around the dots, and for escapes that are none, or of a control, of `/` (unless
// allowed), of `\`, of an unreserved character (`%2e`, `%61`: RFC 3986 §6.2.2.2 makes them equal to the plain one), or,
// behind any number of `%25`, of one of these. What the escapes say must be UTF-8.
Result<void> check_target_path(std::string_view path, EncodedSlashes encoded_slashes);

// `query` is raw, without '?'. bad_request for controls, blanks, non-ASCII and `#`; escapes are the upstream's
// business.
Result<void> check_target_query(std::string_view query);

}  // namespace vestibule
