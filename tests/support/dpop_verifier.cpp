#include "tests/support/dpop_verifier.h"

#include "codec/base64url.h"
#include "crypto/hash.h"
#include "crypto/jwk.h"
#include "crypto/jws.h"
#include "crypto/signing_key.h"

namespace vestibule {
namespace {

constexpr Seconds kOldestProof{60};

tl::unexpected<Error> wrong(const std::string& what) { return failure(ErrorCode::bad_request, what); }

// The claims of a proof that its own key has signed, and that key.
struct SignedProof {
    Json claims;
    Json jwk;
};

Result<SignedProof> signed_proof(std::string_view compact) {
    const auto jws = parse_jws(compact, {JwsAlgorithm::ES256});
    if (!jws) return wrong("no JWS: " + jws.error().detail);
    if (jws->typ != "dpop+jwt") return wrong("typ");
    const Json* jwk = jws->header.find("jwk");
    if (jwk == nullptr || !jwk->is_object() || jws->kid) return wrong("jwk");
    for (const auto& [name, value] : jwk->as_object()) {
        if (name != "kty" && name != "crv" && name != "x" && name != "y") return wrong("jwk has " + name);
    }
    const auto keys = verification_keys(Json::object({{"keys", Json::array({*jwk})}}));
    if (!keys || keys->size() != 1) return wrong("jwk is no key");
    const auto verified = verify_jws(*jws, *keys);
    if (!verified) return wrong("signature");
    return SignedProof{verified->claims(), *jwk};
}

std::string target_of(const std::string& url) { return url.substr(0, url.find_first_of("?#")); }

}  // namespace

Result<std::string> DpopVerifier::verify(const RecordedRequest& request,
                                         const std::optional<std::string>& access_token) {
    const std::lock_guard lock(mutex_);
    auto result = check(request, access_token);
    if (result) ++taken_;
    return result;
}

Result<std::string> DpopVerifier::check(const RecordedRequest& request,
                                        const std::optional<std::string>& access_token) {
    const auto field = request.headers.single("DPoP");
    if (!field) return wrong("not exactly one proof");
    const auto proof = signed_proof(*field);
    if (!proof) return failure(proof.error());
    const Json& claims = proof->claims;
    const std::string jti = claims.string_at("jti").value_or("");
    if (jti.size() < 16 || !seen_.insert(jti).second) return wrong("jti");
    if (claims.string_at("htm") != request.method) return wrong("htm");
    if (claims.string_at("htu") != target_of(request.url)) return wrong("htu");
    const WallTime issued{Seconds{claims.integer_at("iat").value_or(0)}};
    if (issued > clock_.now() || clock_.now() - issued > kOldestProof) return wrong("iat");
    std::optional<std::string> hash;
    if (access_token) hash = base64url_encode(sha256(*access_token));
    if (claims.string_at("ath") != hash) return wrong("ath");
    for (const auto& [name, value] : claims.as_object()) {
        if (name != "jti" && name != "htm" && name != "htu" && name != "iat" && name != "ath" && name != "nonce")
            return wrong("a claim " + name);
    }
    if (!is_wanted(claims.string_at("nonce"))) return wrong("use_dpop_nonce");
    return jwk_thumbprint(proof->jwk);
}

bool DpopVerifier::is_wanted(const std::optional<std::string>& nonce) const {
    if (demand == NonceDemand::none) return true;
    return demand != NonceDemand::endless && nonce == name_ + "-" + std::to_string(nonces_);
}

std::optional<std::string> DpopVerifier::nonce_to_give() {
    const std::lock_guard lock(mutex_);
    if (demand == NonceDemand::none) return std::nullopt;
    if (demand != NonceDemand::steady) ++nonces_;
    return name_ + "-" + std::to_string(nonces_);
}

void DpopVerifier::turn_nonce() {
    const std::lock_guard lock(mutex_);
    ++nonces_;
}

std::size_t DpopVerifier::proofs_taken() const {
    const std::lock_guard lock(mutex_);
    return taken_;
}

}  // namespace vestibule
