#include "oauth/id_token.h"

#include "codec/base64url.h"
#include "crypto/hash.h"
#include "oauth/id_token_claims.h"

namespace vestibule {
namespace {

std::string hash_of(std::string_view octets, JwsAlgorithm algorithm) {
    switch (algorithm) {
        case JwsAlgorithm::RS256:
        case JwsAlgorithm::PS256:
        case JwsAlgorithm::ES256: return sha256(octets);
        case JwsAlgorithm::RS384:
        case JwsAlgorithm::PS384:
        case JwsAlgorithm::ES384: return sha384(octets);
        case JwsAlgorithm::RS512:
        case JwsAlgorithm::PS512:
        case JwsAlgorithm::ES512:
        case JwsAlgorithm::EdDSA: break;  // Ed25519 hashes with SHA-512 (RFC 8032 §5.1)
    }
    return sha512(octets);
}

}  // namespace

Result<VerifiedIdToken> verify_id_token(const VerifiedJws& jws, const IdTokenRules& rules) {
    auto checked = check_id_token_claims({jws.header(), jws.claims(), jws.algorithm()}, rules);
    if (!checked) return failure(std::move(checked.error()));
    auto sid = jws.claims().string_at("sid");
    if (sid && sid->empty()) sid.reset();
    return VerifiedIdToken(jws.claims().string_at("sub").value(), std::move(sid), jws.claims());
}

// "the base64url encoding of the left-most half of the hash of the octets of the ASCII representation of the
// access_token value, where the hash algorithm used is the hash algorithm used in the alg Header Parameter"
// (Core §3.1.3.6).
std::string token_hash(std::string_view token, JwsAlgorithm algorithm) {
    const std::string hash = hash_of(token, algorithm);
    return base64url_encode(std::string_view(hash).substr(0, hash.size() / 2));
}

}  // namespace vestibule
