// The Set-Cookie header for our two cookies (RFC 6265bis §4.1; checklist S01–S15).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace vestibule {

enum class SameSite { strict, lax, none };

struct SetCookie {
    std::string name;   // begins with "__Host-"
    std::string value;  // cookie-octets only
    SameSite same_site = SameSite::strict;
    std::optional<Seconds> max_age = {};  // absent: lives as long as the browser

    // Always Path=/, Secure, HttpOnly, no Domain. Throws std::invalid_argument for a name without the prefix, a name or
    // value that could break the header, more than 4096 octets or 400 days (S10, S12): programming errors, as all of it
    // is made by us.
    std::string header_value() const;
};

// The same cookie, gone: same name, path, flags and SameSite with Max-Age=0 and an Expires in the past (checklist S13).
std::string deletion_of(std::string_view name, SameSite same_site);

}  // namespace vestibule
