#include "oauth/pkce.h"

#include "codec/base64url.h"
#include "crypto/hash.h"

namespace vestibule {

// "code_challenge = BASE64URL-ENCODE(SHA256(ASCII(code_verifier)))" (RFC 7636 §4.2).
std::string code_challenge_s256(const Secret& code_verifier) {
    return base64url_encode(sha256(code_verifier.reveal()));
}

}  // namespace vestibule
