// Claims with a good signature, for tests of what the claims must say.
#pragma once

#include "crypto/jwk.h"
#include "crypto/jws.h"
#include "tests/support/jws_signer.h"

namespace vestibule {

inline VerifiedJws signed_claims(const Json& claims, const Json& header_extra = Json::object(),
                                 const SigningKey& key = SigningKey::ed25519(std::string(32, '\x42')),
                                 JwsAlgorithm algorithm = JwsAlgorithm::EdDSA) {
    Json header = Json::object({{"alg", name_of(algorithm)}});
    for (const auto& [name, value] : header_extra.as_object()) header.set(name, value);
    const std::string compact = sign_jws(key, algorithm, header.print(), claims.print());
    const auto keys = verification_keys(Json::parse(jwk_set({key.public_jwk()})).value()).value();
    return verify_jws(parse_jws(compact, {algorithm}).value(), keys).value();
}

}  // namespace vestibule
