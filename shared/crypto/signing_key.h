// Private keys that sign compact JWS (RFC 7515 §5.1, RFC 7518 §3, RFC 8037), as a private JWK Set or a PEM file holds
// them. What they sign is verified by crypto/jws.h.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "codec/json.h"
#include "crypto/jwk.h"
#include "crypto/jws.h"

namespace vestibule {

struct SigningKeyHandle;  // an EVP_PKEY; crypto/ only

// Copies share the key, which is wiped with the last of them. Thread-safe.
class PrivateSigningKey {
public:
    // A new key for an algorithm of jws.h; RSA with 3072 bits. Its kid is its thumbprint. bad_request, with the names
    // there are: no such algorithm.
    static Result<PrivateSigningKey> generate(std::string_view algorithm);
    // Where `alg` is missing: PS256 for RSA, the curve's for EC, EdDSA. internal, the detail says what is wrong and
    // quotes nothing, for: no private key, a part that is missing or does not fit the others, another use than sig, RSA
    // under 2048 bits, an algorithm of another key type, no kid of 1–256 octets.
    static Result<PrivateSigningKey> from_jwk(const Json& jwk);
    // The first private key of an unencrypted PEM file; the algorithm as above, the kid is the thumbprint.
    static Result<PrivateSigningKey> from_pem(const Secret& pem);

    // The same key under the name it is registered by.
    PrivateSigningKey named(std::string kid) const;
    // The same key for another algorithm of its type. bad_request: there is none of that name, or not for this type.
    Result<PrivateSigningKey> signing_with(std::string_view algorithm) const;

    const std::string& kid() const { return kid_; }
    KeyType type() const { return type_; }
    JwsAlgorithm algorithm() const { return algorithm_; }
    // As it stands in `alg`: "EdDSA" and "Ed25519" (RFC 9864) are one algorithm with two names.
    const std::string& algorithm_name() const { return algorithm_name_; }

    Json public_jwk() const;     // kty and its members, kid, alg, use
    Secret private_jwk() const;  // the same with the private members: JSON text
    Secret private_pem() const;  // PKCS #8 (RFC 5958)

    // header.payload.signature. `header` gets `alg` in front. ECDSA's nonces are hedged (checklist A09): the key and
    // the message go into them beside the randomness.
    std::string sign(const Json& header, std::string_view payload) const;

    const SigningKeyHandle& handle() const { return *handle_; }  // for crypto/ only

private:
    friend struct SigningKeyMaker;
    PrivateSigningKey() = default;

    KeyType type_ = KeyType::rsa;
    JwsAlgorithm algorithm_ = JwsAlgorithm::PS256;
    std::string algorithm_name_;
    std::string kid_;
    std::shared_ptr<const SigningKeyHandle> handle_;
};

// The keys of a file: a private JWK Set, or a PEM file with one key. In the file's order; at least one, at most 16, no
// kid twice. internal with every faulty key named by its number.
Result<std::vector<PrivateSigningKey>> signing_keys(const Secret& text);

// BASE64URL(SHA-256) over the required members of a public key, in the order of their names (RFC 7638 §3). Other
// members do not count. REQUIRES: kty is RSA, EC or OKP and its members are there.
std::string jwk_thumbprint(const Json& jwk);

}  // namespace vestibule
