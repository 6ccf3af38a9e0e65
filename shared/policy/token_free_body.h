// An upstream that shows what it was sent (an echo service, a debug page) must not bring the access token to the
// browser (DESIGN, promise 1; checklist P59).
#pragma once

#include <memory>

#include "base/secret.h"
#include "http/message.h"

namespace vestibule {

// The octets of `body`, until the token turns up among them, wherever reads split it: then the body breaks off with
// upstream_invalid before the token's first octet. Octets that may begin the token wait until it is clear that they do
// not; all others pass at once. A content coding hides the token from us as it does from everybody who does not decode.
std::shared_ptr<BodySource> token_free_body(std::shared_ptr<BodySource> body, const Secret& token);

}  // namespace vestibule
