#include "http/set_cookie.h"

#include <algorithm>
#include <stdexcept>

#include "http/message.h"

namespace vestibule {
namespace {

constexpr std::size_t kMaxOctets = 4096;             // RFC 6265bis §5.6
constexpr Seconds kMaxAge = std::chrono::days(400);  // RFC 6265bis §5.5
constexpr std::string_view kPrefix = "__Host-";      // RFC 6265bis §4.1.3.2
constexpr std::string_view kFixed = "; Path=/; Secure; HttpOnly; SameSite=";

bool is_cookie_octet(char c) {
    return c > 0x20 && c < 0x7f && std::string_view("\",;\\").find(c) == std::string_view::npos;
}

std::string_view name_of(SameSite same_site) {
    switch (same_site) {
        case SameSite::strict: return "Strict";
        case SameSite::lax: return "Lax";
        case SameSite::none: return "None";
    }
    return "Strict";
}

void require(bool holds, const char* rule) {
    if (!holds) throw std::invalid_argument(std::string("Set-Cookie: ") + rule);
}

void require_sound(const SetCookie& cookie) {
    require(cookie.name.starts_with(kPrefix) && is_valid_field_name(cookie.name), "name");
    require(std::all_of(cookie.value.begin(), cookie.value.end(), is_cookie_octet), "value");
    require(cookie.name.size() + cookie.value.size() <= kMaxOctets, "size");
    require(!cookie.max_age || *cookie.max_age <= kMaxAge, "Max-Age");
}

}  // namespace

std::string SetCookie::header_value() const {
    require_sound(*this);
    std::string text = name + '=' + value;
    if (max_age) text += "; Max-Age=" + std::to_string(max_age->count());
    return text.append(kFixed).append(name_of(same_site));
}

std::string deletion_of(std::string_view name, SameSite same_site) {
    require_sound({std::string(name), {}, same_site, {}});
    std::string text(name);
    text += "=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
    return text.append(kFixed).append(name_of(same_site));
}

}  // namespace vestibule
