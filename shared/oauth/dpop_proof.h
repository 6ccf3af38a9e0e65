// DPoP: showing with every request that we hold the key a token is bound to (RFC 9449; checklist A13, A14, A18).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/signing_key.h"

namespace vestibule {

inline constexpr std::string_view kDpopAlgorithm = "ES256";  // what our proofs are signed with

// The request a proof is for. One proof, one request: a repetition gets another.
struct ProvenRequest {
    std::string_view method;
    std::string_view url;                   // as it is sent
    std::optional<Secret> access_token;     // only where one goes with the request: it is hashed into the proof
    std::optional<std::string> nonce = {};  // the newest that this server gave out
};

// A session's key. Copies share it.
class DpopKey {
public:
    // internal: not the 32 octets of a P-256 scalar (crypto/p256_scalar.h).
    static Result<DpopKey> of(const Secret& scalar);

    // The key's name in `dpop_jkt` and in the token's `cnf.jkt` (RFC 9449 §6.1, §10; RFC 7638).
    std::string thumbprint() const;
    // The value of the DPoP header field: a JWS with typ, alg and the bare public key; jti, htm, htu, iat, and ath and
    // nonce where they are due.
    std::string proof(const ProvenRequest& request, Random& random, WallTime now) const;

private:
    explicit DpopKey(PrivateSigningKey key) : key_(std::move(key)) {}
    PrivateSigningKey key_;
};

// "The HTTP target URI … without query and fragment parts" (RFC 9449 §4.2), in the form that is sent: the host in lower
// case, the scheme's own port left out, the path as it is, "/" where there is none. REQUIRES: parse_url() takes it.
std::string dpop_target(std::string_view url);

// The `ath` of an access token (RFC 9449 §4.2).
std::string access_token_hash(const Secret& access_token);

}  // namespace vestibule
