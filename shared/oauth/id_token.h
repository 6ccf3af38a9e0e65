// ID token validation (OpenID Connect Core §3.1.3.7, §12.2; checklist I01–I34).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "codec/json.h"
#include "crypto/jws.h"

namespace vestibule {

// Every decision is spelled out; none is defaulted.
struct IdTokenRules {
    std::string issuer;
    std::string client_id;
    std::optional<std::string> nonce;         // absent only at a refresh
    std::optional<Seconds> max_age;           // then auth_time is required (I27)
    std::vector<std::string> acr_values;      // then acr must be one of them (I28)
    std::optional<std::string> access_token;  // to check at_hash against, where the token has one (I29)
    std::optional<std::string> subject;       // at a refresh: must be this one (R05)
    Seconds clock_skew{30};
    WallTime now{};
};

// Only verify_id_token() makes one.
class VerifiedIdToken {
public:
    const std::string& subject() const { return subject_; }
    const std::optional<std::string>& sid() const { return sid_; }
    const Json& claims() const { return claims_; }

private:
    friend Result<VerifiedIdToken> verify_id_token(const VerifiedJws&, const IdTokenRules&);
    VerifiedIdToken(std::string subject, std::optional<std::string> sid, Json claims)
        : subject_(std::move(subject)), sid_(std::move(sid)), claims_(std::move(claims)) {}
    std::string subject_;
    std::optional<std::string> sid_;
    Json claims_;
};

// identity_rejected; the detail names the claim and the rule, never a value.
Result<VerifiedIdToken> verify_id_token(const VerifiedJws& jws, const IdTokenRules& rules);

// Left half of the hash that goes with the algorithm (Core §3.1.3.6), base64url.
std::string token_hash(std::string_view token, JwsAlgorithm algorithm);

}  // namespace vestibule
