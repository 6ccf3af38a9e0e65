// One signature with one key, and against one (RFC 7518 §3.3–§3.5, RFC 8037 §3.1). jws.h decides which key that may be.
#pragma once

#include <string>
#include <string_view>

#include "crypto/jwk.h"
#include "crypto/jws.h"

namespace vestibule {

struct SigningKeyHandle;

// REQUIRES: the key's type is the one the algorithm uses.
bool is_signature_of(JwsAlgorithm algorithm, const VerificationKey& key, std::string_view signed_octets,
                     std::string_view signature);

// As JWS wants it: ECDSA as R ‖ S. REQUIRES: the key's type is the one the algorithm uses.
std::string make_signature(JwsAlgorithm algorithm, const SigningKeyHandle& key, std::string_view octets);

// Which keys an algorithm signs with.
KeyType key_type_for(JwsAlgorithm algorithm);

}  // namespace vestibule
