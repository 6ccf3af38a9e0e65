// From the token endpoint's answer to the tokens of a session.
#pragma once

#include "base/clock.h"
#include "oauth/token_response.h"
#include "session/token_set.h"

namespace vestibule {

// What an access token lives where the provider does not say: short, so that a wrong guess costs a refresh, not a
// failed call; an upstream that rejects the token earlier has it refreshed anyway (checklist C24).
constexpr Seconds kAccessLifetimeUnlessStated{5 * 60};

// `now` is when the answer came.
TokenSet token_set_of(const TokenResponse& response, WallTime now);
// For the revocation.
TokenSet token_set_of(RefusedTokens refused);

}  // namespace vestibule
