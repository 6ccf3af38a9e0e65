// An access token as it is shown to a resource: an upstream, or the provider's UserInfo (RFC 6750 §2.1, RFC 9449 §7.1;
// checklist P09, A13).
#pragma once

#include <string_view>

#include "base/result.h"
#include "http/message.h"
#include "provider/dpop_nonces.h"
#include "session/token_set.h"

namespace vestibule {

// `Authorization: Bearer …`; or, where the token is bound to a key, `Authorization: DPoP …` and `DPoP` with a proof for
// this very request: for a repetition it is asked again. internal where the key is none.
Result<HeaderFields> present_token(const AccessToken& token, std::string_view method, std::string_view url,
                                   DpopNonces& nonces, Random& random, WallTime now);

}  // namespace vestibule
