// Signed UserInfo (oauth/userinfo_response.h): the header is JSON, a line end, then the claims; the signature is good.
#include "oauth/userinfo_response.h"

#include "tests/fuzz/fuzz_target.h"
#include "tests/support/jws_signer.h"

using namespace vestibule;
using fuzz::require;

FUZZ_TARGET(signed_userinfo) {
    static const SigningKey key = SigningKey::generate(KeyType::ed25519);
    static const auto keys = verification_keys(Json::parse(jwk_set({key.public_jwk()})).value()).value();
    const std::size_t end = std::min(input.find('\n'), input.size());
    const std::string_view header = input.substr(0, end);
    const std::string_view claims = input.substr(std::min(end + 1, input.size()));
    const auto jws = parse_jws(sign_jws(key, JwsAlgorithm::EdDSA, header, claims), {JwsAlgorithm::EdDSA});
    if (!jws) return require(jws.error().code == ErrorCode::identity_rejected, "one error");
    const auto verified = verify_jws(*jws, keys);
    if (!verified) return;
    const SignedUserinfoRules rules{"https://id.example", "spa", "alice", Seconds{30},
                                    WallTime{Seconds{1'800'000'000}}};
    const auto checked = check_signed_userinfo(*verified, rules);
    if (!checked) return require(checked.error().code == ErrorCode::identity_rejected, "one error");
    require(checked->string_at("iss") == "https://id.example", "the issuer");
    require(checked->string_at("sub") == "alice", "the subject's own claims");
    const Json* audience = checked->find("aud");
    require(audience != nullptr && (audience->is_array() || *audience == Json("spa")), "an audience");
    require(checked->find("events") == nullptr, "no logout token");
}
