// Where an upstream's Location leads in the browser's view (RFC 9110 §10.2.2; checklist P36, H02).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/config.h"
#include "http/url.h"

namespace vestibule {

// `location` resolved against `requested_url` (what was asked of the upstream), and, where it lies below the route's
// upstream, the absolute URL of the same thing below the route's path; likewise where it lies below the route's path on
// our own origin already. Nothing for everything else: other hosts, other ports, other paths of the upstream, other
// paths of ours, and what check_target_path() refuses.
std::optional<std::string> public_location(std::string_view location, std::string_view requested_url,
                                           const Route& route, const Url& public_url);

}  // namespace vestibule
