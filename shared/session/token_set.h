// The tokens of a session, in the open. They live in memory for one request.
//
// Where DPoP is used (RFC 9449), tokens are bound to a key of the session: a P-256 scalar (crypto/p256_scalar.h) that
// is made with the login, stays the same for as long as the session lives, and is never another session's.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/secret.h"

namespace vestibule {

// What it takes to call somebody with the user's token.
struct AccessToken {
    Secret text;
    std::optional<Secret> dpop_key = {};  // absent: a Bearer token
};

struct TokenSet {
    Secret access_token;
    WallTime access_expires_at{};
    Seconds access_lifetime{};
    std::optional<Secret> refresh_token;
    std::optional<Secret> id_token;                   // for id_token_hint at logout (checklist I44)
    std::optional<WallTime> refresh_token_over_at{};  // where the provider said so, in the answer these came with
    std::optional<WallTime> authorization_over_at{};  // likewise
    std::optional<Secret> dpop_key = {};  // what both tokens are bound to; absent: nothing, they are Bearer tokens
};

// Whether a session that stays may live by the grant that unwanted tokens came with.
enum class Grant { of_these_alone, may_be_a_sessions };

// What is revoked of tokens that nobody will use. Many providers end everything that this person granted with a refresh
// token, and so a session beside it at its next refresh (checklist L44).
TokenSet to_give_back(TokenSet tokens, Grant grant);

}  // namespace vestibule
