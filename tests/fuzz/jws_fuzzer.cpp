// Compact JWS against fixed keys (crypto/jws.h): nothing verifies but what the holders of the keys signed.
#include "crypto/jws.h"

#include <algorithm>
#include <array>

#include "codec/base64url.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/shared/crypto/jws_vectors.h"

using namespace vestibule;
using fuzz::require;

namespace {

using enum JwsAlgorithm;

const std::vector<JwsAlgorithm> kEvery{RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA};
constexpr std::array<std::string_view, 4> kGenuine{published::kRs256, published::kEs256, published::kEs512,
                                                   published::kEd25519};

const std::vector<VerificationKey>& keys() {
    static const auto made = [] {
        std::string set = R"({"keys":[)";
        for (const auto key :
             {published::kRs256Key, published::kEs256Key, published::kEs512Key, published::kEd25519Key})
            set.append(set.ends_with('[') ? "" : ",").append(key);
        return verification_keys(Json::parse(set + "]}").value()).value();
    }();
    return made;
}

// ECDSA lets anybody make a second signature out of the first, but of the same text only.
bool is_genuine(const UnverifiedJws& jws) {
    return std::any_of(kGenuine.begin(), kGenuine.end(), [&](std::string_view genuine) {
        return genuine.substr(0, genuine.rfind('.')) == jws.signing_input;
    });
}

}  // namespace

FUZZ_TARGET(jws) {
    const auto jws = parse_jws(input, kEvery);
    if (!jws) return require(jws.error().code == ErrorCode::identity_rejected, "one error");
    require(jws->signing_input + '.' + base64url_encode(jws->signature) == input, "all of it is looked at");
    require(jws->header.is_object() && !jws->header.find("crit") && !jws->header.find("b64"), "a plain header");
    require(jws->header.string_at("alg").has_value() && !jws->signature.empty(), "signed");
    require(jws->kid.value_or("").size() <= 256 && jws->typ.value_or("").size() <= 256, "short names");

    const auto verified = verify_jws(*jws, keys());
    const bool signature_holds = verified || verified.error() == JwsFailure::bad_payload;
    require(!signature_holds || is_genuine(*jws), "only what was signed verifies");
    require(!verified || verified->claims().is_object(), "claims are an object");
    require(!parse_jws(input, {}), "no algorithm allowed, nothing accepted");
}
