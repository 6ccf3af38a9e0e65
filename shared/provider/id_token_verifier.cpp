#include "provider/id_token_verifier.h"

#include "oauth/id_token_claims.h"

namespace vestibule {
namespace {

tl::unexpected<Error> rejected(const char* what) {
    return failure(ErrorCode::identity_rejected, std::string("id token: ") + what);
}

tl::unexpected<Error> rejected(JwsFailure reason) {
    switch (reason) {
        case JwsFailure::no_matching_key: return rejected("no published key fits");
        case JwsFailure::bad_signature: return rejected("the signature is wrong");
        case JwsFailure::bad_payload: break;
    }
    return rejected("the payload is no JSON object");
}

// provider_unavailable and the like, in the vocabulary of a login.
tl::unexpected<Error> unavailable(const Error& cause) {
    return failure(Error{ErrorCode::unavailable, cause.detail, cause.retry_after});
}

}  // namespace

Result<VerifiedIdToken> IdTokenVerifier::verify(const Secret& id_token, const IdTokenRules& rules,
                                                const std::string& jwks_uri, const Deadline& deadline) {
    const auto jws = parse_jws(id_token.reveal(), config_.provider.id_token_algorithms);
    if (!jws) return failure(jws.error());
    const auto verified = check_signature(*jws, jwks_uri, deadline);
    if (!verified) return failure(verified.error());
    return verify_id_token(*verified, rules);
}

// "The signer can begin using a new key without RPs' knowledge … the verifier knows to go back to the jwks_uri location
// to re-retrieve the keys when it sees an unfamiliar kid value" (Core §10.1.1).
Result<VerifiedJws> IdTokenVerifier::check_signature(const UnverifiedJws& jws, const std::string& jwks_uri,
                                                     const Deadline& deadline) {
    const auto known = key_sets_.get(jwks_uri, deadline);
    if (!known) return unavailable(known.error());
    auto verified = verify_jws(jws, (*known)->keys);
    if (verified) return *std::move(verified);
    if (verified.error() == JwsFailure::bad_payload) return rejected(verified.error());

    const auto renewed = key_sets_.renew(*known, deadline);
    if (!renewed) return unavailable(renewed.error());
    if (*renewed == *known) {
        return failure(
            Error{ErrorCode::unavailable, "no known key fits, and the keys were fetched moments ago", std::nullopt});
    }
    verified = verify_jws(jws, (*renewed)->keys);
    if (!verified) return rejected(verified.error());
    return *std::move(verified);
}

Result<void> IdTokenVerifier::check_unverified(const Secret& id_token, const IdTokenRules& rules) const {
    const auto jws = parse_jws(id_token.reveal(), config_.provider.id_token_algorithms);
    if (!jws) return failure(jws.error());
    const auto claims = Json::parse(jws->payload);
    if (!claims || !claims->is_object()) return rejected(JwsFailure::bad_payload);
    return check_id_token_claims({jws->header, *claims, jws->algorithm}, rules);
}

}  // namespace vestibule
