// Verification of compact JWS (RFC 7515 §5.2, RFC 7518 §3, RFC 8037; RFC 8725). Never `none`, never HMAC.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "codec/json.h"
#include "crypto/jwk.h"

namespace vestibule {

enum class JwsAlgorithm { RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA };

// Case-sensitive (RFC 7515 §4.1.1). "Ed25519" (RFC 9864) is the same algorithm as "EdDSA" with the only curve we take.
std::optional<JwsAlgorithm> jws_algorithm(std::string_view name);
std::string_view name_of(JwsAlgorithm algorithm);

// Taken apart and checked for form, not yet verified: only good for choosing the key.
struct UnverifiedJws {
    Json header;
    JwsAlgorithm algorithm;
    std::optional<std::string> kid;
    std::optional<std::string> typ;
    std::string signing_input;
    std::string signature;
    std::string payload;
};

// identity_rejected where it is not exactly three strict base64url parts (five are JWE, and the detail says so), over
// 64 KiB, the header no JSON object or
// with `crit` or `b64`, `kid` or `typ` no text of at most 256 octets, the signature empty, or the algorithm not in
// `allowed` (checklist I01–I08). Header keys jku, jwk, x5u, x5c are ignored.
Result<UnverifiedJws> parse_jws(std::string_view compact, const std::vector<JwsAlgorithm>& allowed);

// A JSON object whose signature was verified. Only verify_jws() makes one.
class VerifiedJws {
public:
    const Json& header() const { return header_; }
    const Json& claims() const { return claims_; }
    JwsAlgorithm algorithm() const { return algorithm_; }

private:
    friend struct JwsVerifier;
    VerifiedJws(Json header, Json claims, JwsAlgorithm algorithm)
        : header_(std::move(header)), claims_(std::move(claims)), algorithm_(algorithm) {}
    Json header_;
    Json claims_;
    JwsAlgorithm algorithm_;
};

enum class JwsFailure {
    no_matching_key,  // another key set might have one: refetch (checklist D10)
    bad_signature,    // the key may have been replaced under its kid: refetch within the throttle (D12)
    bad_payload,      // signed, but no JSON object
};

// Tries every key that fits kid, type, algorithm and curve, at most 8 of them (checklist I05, I09, I10, I13, I14).
// A key without kid fits only a JWS without kid.
tl::expected<VerifiedJws, JwsFailure> verify_jws(const UnverifiedJws& jws, const std::vector<VerificationKey>& keys);

}  // namespace vestibule
