// An ID token that came with a refresh goes on from the one of the login (OpenID Connect Core §12.2; checklist R05).
#pragma once

#include "base/result.h"
#include "codec/json.h"

namespace vestibule {

// identity_rejected where `fresh` was issued before `original`, has another nonce, or an earlier auth_time (by more
// than 60 s). That iss, sub and aud are the same follows from IdTokenRules, which both obey.
//
// A later auth_time passes: providers state it where the person has logged in again at another application meanwhile,
// and that is no reason to end a session here.
Result<void> check_continuity(const Json& original, const Json& fresh);

}  // namespace vestibule
