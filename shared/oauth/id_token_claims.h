// What the claims of an ID token must say (OpenID Connect Core §3.1.3.7 steps 2–5 and 9–13; checklist I16–I34). Says
// nothing about the signature: verify_id_token() in oauth/id_token.h is the door for everybody else.
#pragma once

#include "base/result.h"
#include "codec/json.h"
#include "crypto/jws.h"
#include "oauth/id_token.h"

namespace vestibule {

struct IdTokenParts {
    const Json& header;
    const Json& claims;
    JwsAlgorithm algorithm;
};

// identity_rejected; the detail names the claim and the rule, never a value.
Result<void> check_id_token_claims(const IdTokenParts& token, const IdTokenRules& rules);

}  // namespace vestibule
