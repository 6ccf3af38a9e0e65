// How long a forwarded answer may live in a cache, and for whom. The browser's request carries a cookie and no
// Authorization, so shared caches have lost the safeguard of RFC 9111 §3.5: we put it back (checklist P37–P39).
#pragma once

#include <string>

#include "config/config.h"
#include "http/message.h"

namespace vestibule {

// "no-store" unless the route keeps the upstream's Cache-Control; then that, made private. An upstream that says
// nothing, or says it in a way that cannot be read, means no-store. no-transform stays in any case (P41).
std::string cache_control(const HeaderFields& upstream, const Route& route);

// The upstream's Vary, with Cookie for Authorization, and what our own answers differ by (S43). "*" stays.
std::string vary(const HeaderFields& upstream);

}  // namespace vestibule
