// A session put into a store the way callback does, and a request that shows its cookie.
#pragma once

#include <string>

#include "base/random.h"
#include "codec/json.h"
#include "crypto/key_ring.h"
#include "session/index_keys.h"
#include "session/session_cookie.h"
#include "session/session_sealing.h"
#include "session/store.h"

namespace vestibule {

inline KeyRing test_keys(std::string_view text = "k1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE") {
    return KeyRing::parse(Secret(std::string(text))).value();
}

struct SessionToPut {
    Json claims = Json::object({{"sub", "alice"}, {"name", "Alice"}});
    std::string access_token = "access-canary-1";
    std::string refresh_token = "refresh-canary-1";  // "": none
    std::string id_token = "id-canary-1";            // "": none
    std::optional<Secret> dpop_key = {};
    Seconds access_lifetime{300};
    Seconds idle{1800};
    Seconds absolute{43200};
    std::string issuer = "https://id.example.com";
    std::string sid = "";
};

inline TokenSet tokens_of(const SessionToPut& what, WallTime now) {
    TokenSet tokens{Secret(what.access_token), now + what.access_lifetime, what.access_lifetime, {}, {}};
    if (!what.refresh_token.empty()) tokens.refresh_token = Secret(what.refresh_token);
    if (!what.id_token.empty()) tokens.id_token = Secret(what.id_token);
    tokens.dpop_key = what.dpop_key;
    return tokens;
}

inline SessionCookie put_session(SessionStore& store, const KeyRing& keys, Random& random, WallTime now,
                                 const SessionToPut& what = {}) {
    SessionCookie cookie = SessionCookie::create(random);
    SessionRow row;
    row.key = cookie.key();
    row.sub = sub_index_key(keys, what.issuer, what.claims.string_at("sub").value_or(""));
    if (!what.sid.empty()) row.sid = sid_index_key(keys, what.issuer, what.sid);
    row.created_at = now;
    row.idle_expires_at = now + what.idle;
    row.expires_at = now + what.absolute;
    row.access_expires_at = now + what.access_lifetime;
    row.access_lifetime = what.access_lifetime;
    row.sealed = seal_fields(keys, random, cookie, what.claims, tokens_of(what, now));
    (void)store.insert({row, now, std::nullopt}, now).value();
    return cookie;
}

// "__Host-Http-session=…", as a browser sends it back.
inline std::string cookie_pair(const SessionCookie& cookie) {
    const std::string header = cookie.set_cookie();
    return header.substr(0, header.find(';'));
}

}  // namespace vestibule
