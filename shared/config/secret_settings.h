// The two secrets of a configuration: the client's and the key ring. They come from a variable or from a file of their
// own (checklist A26), and no message ever holds a part of one.
#pragma once

#include <string>

#include "base/secret.h"
#include "config/findings.h"
#include "http/url.h"

namespace vestibule {

// BFF_CLIENT_SECRET, or the content of `file` ("" where none is named), without line ends at its end.
Secret read_client_secret(const std::string& file, const std::optional<Url>& issuer, const ConfigSources& sources,
                          Findings& findings);
// BFF_KEYS, in which keys may also be separated by commas or spaces, or the content of `file`.
Secret read_keys(const std::string& file, const ConfigSources& sources, Findings& findings);

}  // namespace vestibule
