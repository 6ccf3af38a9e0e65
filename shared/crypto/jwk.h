// Public keys from a provider's JWK Set (RFC 7517, RFC 7518 §6, RFC 8037).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "codec/json.h"

namespace vestibule {

struct PublicKeyHandle;  // an EVP_PKEY; crypto/ only

enum class KeyType { rsa, ec_p256, ec_p384, ec_p521, ed25519 };

struct VerificationKey {
    KeyType type;
    std::optional<std::string> kid;  // untrusted text, at most 256 octets
    std::optional<std::string> alg;  // where the key names one, only that is accepted
    std::shared_ptr<const PublicKeyHandle> handle;
};

// The usable signature keys of a JWK Set. Left out, not fatal (checklist I11, I12, D14): unknown types, use other than
// sig, key_ops without verify, private or symmetric members, RSA under 2048 bits or with an exponent under 65537,
// points off the curve. upstream_invalid where it is no JWK Set or has more than 100 keys (D08).
Result<std::vector<VerificationKey>> verification_keys(const Json& jwk_set);

}  // namespace vestibule
