// Logout token validation (OpenID Connect Back-Channel Logout 1.0 §2.4, §2.6; checklist B03–B11).
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "codec/json.h"
#include "config/config.h"
#include "crypto/jws.h"

namespace vestibule {

// Every decision is spelled out; none is defaulted.
struct LogoutTokenRules {
    std::string issuer;
    std::string client_id;
    LogoutTyp typ = LogoutTyp::may_be_absent;  // when it is there, it must be right
    Seconds clock_skew{30};
    WallTime now{};
};

// Only verify_logout_token() makes one. It names a sid, a sub or both.
class VerifiedLogoutToken {
public:
    const std::optional<std::string>& sid() const { return sid_; }
    const std::optional<std::string>& subject() const { return subject_; }
    const std::string& jti() const { return jti_; }
    // A replay is refused from then on anyway: the clock skew is in it, and it is a day away at most.
    WallTime over_at() const { return over_at_; }

private:
    friend Result<VerifiedLogoutToken> verify_logout_token(const VerifiedJws&, const LogoutTokenRules&);
    VerifiedLogoutToken() = default;
    std::optional<std::string> sid_;
    std::optional<std::string> subject_;
    std::string jti_;
    WallTime over_at_{};
};

// identity_rejected; the detail names the claim and the rule, never a value.
Result<VerifiedLogoutToken> verify_logout_token(const VerifiedJws& jws, const LogoutTokenRules& rules);

// The same rules for a token whose signature nobody has checked yet: what fails here needs no key (B23).
Result<void> check_logout_token(const Json& header, const Json& claims, const LogoutTokenRules& rules);

}  // namespace vestibule
