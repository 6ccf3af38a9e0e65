// One signature against one key (RFC 7518 §3.3–§3.5, RFC 8037 §3.1). jws.h decides which key that may be.
#pragma once

#include <string_view>

#include "crypto/jwk.h"
#include "crypto/jws.h"

namespace vestibule {

// REQUIRES: the key's type is the one the algorithm uses.
bool is_signature_of(JwsAlgorithm algorithm, const VerificationKey& key, std::string_view signed_octets,
                     std::string_view signature);

}  // namespace vestibule
