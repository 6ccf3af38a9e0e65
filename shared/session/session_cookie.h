// The browser's half of a session: `__Host-Http-session`, 16 octets of handle and 32 of secret, 64 characters of
// base64url. The handle names the row (by its hash); the secret is half of the key that opens it (DESIGN §2; checklist
// S06, S10, S16).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/secret.h"
#include "http/message.h"
#include "session/store.h"

namespace vestibule {

inline constexpr std::string_view kSessionCookieName = "__Host-Http-session";

class SessionCookie {
public:
    static SessionCookie create(Random& random);
    // Strict: exactly 64 characters of base64url (checklist S19).
    static std::optional<SessionCookie> parse(std::string_view value);

    SessionKey key() const;  // SHA-256 of the handle
    const Secret& secret() const { return secret_; }
    std::string set_cookie() const;  // the Set-Cookie header's value
    static std::string deletion();

private:
    SessionCookie(Secret handle, Secret secret) : handle_(std::move(handle)), secret_(std::move(secret)) {}
    Secret handle_;
    Secret secret_;
};

// What a request says about a cookie of that name.
struct CookieLookup {
    enum class Presence { absent, present, several } presence = Presence::absent;
    std::string_view value;  // where present; borrowed from the request
};
CookieLookup find_cookie(const Request& request, std::string_view name);
// Every value of that name, in order; borrowed from the request.
std::vector<std::string_view> all_cookies(const Request& request, std::string_view name);

}  // namespace vestibule
