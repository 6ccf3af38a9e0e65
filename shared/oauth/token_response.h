// The token endpoint's answers (RFC 6749 §5; OpenID Connect Core §3.1.3.3; checklist C20–C25, A24).
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "http/client.h"

namespace vestibule {

enum class TokenType { bearer, dpop };

struct TokenResponse {
    Secret access_token;
    std::optional<Seconds> expires_in;    // absent, or not understood: the caller's default
    std::optional<Secret> refresh_token;  // null or empty counts as absent
    std::optional<Secret> id_token;
    std::optional<std::string> scope;
    // How long the refresh token may be used, and how long the authorization lasts whatever is refreshed, where the
    // provider says so: the shortest of `refresh_expires_in`, `refresh_token_expires_in` and `refresh_token_timeout`;
    // `authorization_expires_in` (OAuth 2.0 Refresh Token and Authorization Expiration). 0 says nothing.
    std::optional<Seconds> refresh_expires_in{};
    std::optional<Seconds> authorization_expires_in{};
};

// exchange_failed, never quoting the body, where it is not 200, JSON, an object, with a string access_token and
// the token_type that was asked for (any case): what comes back as Bearer where DPoP was used is discarded (RFC 9449
// §5, C21), and what is bound to a key we do not have is of no use. A negative or absurd expires_in is refused; a
// numeric string is tolerated.
Result<TokenResponse> parse_token_response(const OutboundResponse& response, TokenType asked_for);

// The tokens of an answer that is refused as a whole, as far as they can be told, whatever its status, its Content-Type
// and the rest of it: they are to be revoked (checklist C27), and good for nothing else.
struct RefusedTokens {
    std::optional<Secret> access_token;
    std::optional<Secret> refresh_token;
};
RefusedTokens tokens_told_in(const OutboundResponse& response);

// An error answer's `error`, where it is 400 or 401 with a JSON object that has one (RFC 6749 §5.2); at most 64
// characters.
std::optional<std::string> token_error(const OutboundResponse& response);

// Retry-After in seconds: a number, or an HTTP date against `now`; at most an hour (RFC 9110 §10.2.3).
std::optional<Seconds> retry_after(const OutboundResponse& response, WallTime now);

// How far the Date of an answer is ahead of `now`; negative where it is behind. Nothing where there is no Date.
std::optional<Seconds> clock_difference(const OutboundResponse& response, WallTime now);

}  // namespace vestibule
