// UserInfo answers (OpenID Connect Core §5.3; checklist I39–I42).
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "codec/json.h"
#include "crypto/jws.h"
#include "http/client.h"

namespace vestibule {

// Plain. identity_rejected where it is not 200 application/json with an object whose `sub` is exactly `subject`.
Result<Json> parse_userinfo_response(const OutboundResponse& response, std::string_view subject);

// Signed: the compact JWS, not yet verified. identity_rejected where it is not 200 application/jwt, which plain JSON
// is not: what was to be signed does not count unsigned.
Result<std::string> signed_userinfo_of(const OutboundResponse& response);

struct SignedUserinfoRules {
    std::string issuer;
    std::string client_id;
    std::string subject;
    Seconds clock_skew{30};
    WallTime now{};
};

// identity_rejected where iss or sub is not exactly that of the rules, aud is or holds no client_id, exp or nbf is
// there and does not hold now, or typ or `events` say that it is another kind of JWT.
Result<Json> check_signed_userinfo(const VerifiedJws& jws, const SignedUserinfoRules& rules);

}  // namespace vestibule
