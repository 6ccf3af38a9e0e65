#include "provider/id_token_verifier.h"

#include "oauth/id_token_claims.h"
#include "provider/signature_check.h"

namespace vestibule {

Result<VerifiedIdToken> IdTokenVerifier::verify(const Secret& id_token, const IdTokenRules& rules,
                                                const std::string& jwks_uri, const Deadline& deadline) {
    const auto jws = parse_jws(id_token.reveal(), config_.provider.id_token_algorithms);
    if (!jws) return failure(jws.error());
    const auto verified = check_signature(*jws, key_sets_, jwks_uri, deadline);
    if (!verified) return failure(verified.error());
    return verify_id_token(*verified, rules);
}

Result<void> IdTokenVerifier::check_unverified(const Secret& id_token, const IdTokenRules& rules) const {
    const auto jws = parse_jws(id_token.reveal(), config_.provider.id_token_algorithms);
    if (!jws) return failure(jws.error());
    const auto claims = Json::parse(jws->payload);
    if (!claims || !claims->is_object())
        return failure(ErrorCode::identity_rejected, "id token: the payload is no JSON object");
    return check_id_token_claims({jws->header, *claims, jws->algorithm}, rules);
}

}  // namespace vestibule
