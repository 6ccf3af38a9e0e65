// The provider's side of JWS, for tests: makes keys, publishes them as JWK, signs anything at all, faults included.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "crypto/jwk.h"
#include "crypto/jws.h"

namespace vestibule {

struct PrivateKeyHandle;  // an EVP_PKEY

class SigningKey {
public:
    static SigningKey generate(KeyType type);  // RSA: 2048 bits, exponent 65537
    static SigningKey generate_rsa(unsigned bits, unsigned long exponent);
    // From its 32 private octets, as RFC 8037 appendix A prints them.
    static SigningKey ed25519(std::string_view private_octets);

    KeyType type() const { return type_; }
    // The public key as a JWK (JSON text); an empty `kid`, `alg` or `use` is left out.
    std::string public_jwk(std::string_view kid = {}, std::string_view alg = {}, std::string_view use = "sig") const;
    std::string public_pem() const;

    // The raw signature as JWS wants it. `salt_length` is for PSS; -1: the hash's length.
    std::string signature(JwsAlgorithm algorithm, std::string_view signing_input, int salt_length = -1) const;
    // ECDSA as OpenSSL gives it, which JWS forbids.
    std::string der_signature(JwsAlgorithm algorithm, std::string_view signing_input) const;

private:
    SigningKey(KeyType type, std::shared_ptr<const PrivateKeyHandle> handle);
    KeyType type_;
    std::shared_ptr<const PrivateKeyHandle> handle_;
};

// {"keys":[…]} from JWKs as text.
std::string jwk_set(std::initializer_list<std::string> jwks);

// Header and payload are signed as they are, valid or not.
std::string sign_jws(const SigningKey& key, JwsAlgorithm algorithm, std::string_view header, std::string_view payload);
// With the usual header {"alg":…,"kid":…,"typ":…}; an empty `kid` or `typ` is left out.
struct JwtHeader {
    std::string kid = {};
    std::string typ = "JWT";
};
std::string sign_jwt(const SigningKey& key, JwsAlgorithm algorithm, const JwtHeader& header, std::string_view claims);
// header.payload.signature of the three parts' octets.
std::string compact_jws(std::string_view header, std::string_view payload, std::string_view signature);

}  // namespace vestibule
