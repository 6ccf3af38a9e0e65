#include "session/session_cookie.h"

#include "codec/base64url.h"
#include "codec/cookie_header.h"
#include "crypto/hash.h"
#include "http/set_cookie.h"

namespace vestibule {
namespace {

constexpr std::size_t kHandleOctets = 16;
constexpr std::size_t kSecretOctets = 32;
constexpr std::size_t kCookieCharacters = (kHandleOctets + kSecretOctets) / 3 * 4;

}  // namespace

SessionCookie SessionCookie::create(Random& random) {
    return SessionCookie(Secret(random.octets(kHandleOctets)), Secret(random.octets(kSecretOctets)));
}

std::optional<SessionCookie> SessionCookie::parse(std::string_view value) {
    if (value.size() != kCookieCharacters) return std::nullopt;
    auto octets = base64url_decode(value);
    if (!octets) return std::nullopt;
    SessionCookie cookie(Secret(octets->substr(0, kHandleOctets)), Secret(octets->substr(kHandleOctets)));
    wipe(*octets);
    return cookie;
}

SessionKey SessionCookie::key() const { return {sha256("vestibule session handle\n" + handle_.reveal())}; }

std::string SessionCookie::set_cookie() const {
    const std::string value = base64url_encode(handle_.reveal() + secret_.reveal());
    return SetCookie{std::string(kSessionCookieName), value, SameSite::strict, std::nullopt}.header_value();
}

std::string SessionCookie::deletion() { return deletion_of(kSessionCookieName, SameSite::strict); }

std::vector<std::string_view> all_cookies(const Request& request, std::string_view name) {
    std::vector<std::string_view> values;
    for (std::string_view field : request.headers.all("Cookie")) {
        for (const auto& [cookie_name, value] : parse_cookie_header(field)) {
            if (cookie_name == name) values.push_back(value);
        }
    }
    return values;
}

CookieLookup find_cookie(const Request& request, std::string_view name) {
    const auto values = all_cookies(request, name);
    if (values.empty()) return {};
    if (values.size() > 1) return {CookieLookup::Presence::several, {}};
    return {CookieLookup::Presence::present, values.front()};
}

}  // namespace vestibule
