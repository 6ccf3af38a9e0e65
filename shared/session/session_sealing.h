// A session's three fields, sealed and opened: claims, access token, refresh and ID token, each under a key of its own
// made from the server's key ring and the cookie's secret, bound to row and field (DESIGN §2 "At rest"; checklist
// X01–X06).
#pragma once

#include <optional>

#include "base/random.h"
#include "codec/json.h"
#include "crypto/key_ring.h"
#include "session/session_cookie.h"
#include "session/store.h"
#include "session/token_set.h"

namespace vestibule {

// The key that tokens are bound to is sealed together with the access token, because who may use one needs both.
// Without a key the field is what it was before there were keys, octet for octet.
SealedFields seal_fields(const KeyRing& keys, Random& random, const SessionCookie& cookie, const Json& claims,
                         const TokenSet& tokens);

std::optional<Json> open_claims(const KeyRing& keys, const SessionCookie& cookie, const SealedFields& sealed);
std::optional<AccessToken> open_access_token(const KeyRing& keys, const SessionCookie& cookie,
                                             const SealedFields& sealed);
struct RefreshAndIdToken {
    std::optional<Secret> refresh_token;
    std::optional<Secret> id_token;
};
std::optional<RefreshAndIdToken> open_refresh_and_id_token(const KeyRing& keys, const SessionCookie& cookie,
                                                           const SealedFields& sealed);

}  // namespace vestibule
