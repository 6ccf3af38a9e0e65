#include "provider/signature_check.h"

namespace vestibule {
namespace {

tl::unexpected<Error> rejected(JwsFailure reason) {
    const auto because = [](const char* what) { return failure(ErrorCode::identity_rejected, what); };
    switch (reason) {
        case JwsFailure::no_matching_key: return because("signature: no published key fits");
        case JwsFailure::bad_signature: return because("signature: it is wrong");
        case JwsFailure::bad_payload: break;
    }
    return because("signature: what is signed is no JSON object");
}

// provider_unavailable and the like, in the vocabulary of a login.
tl::unexpected<Error> unavailable(const Error& cause) {
    return failure(Error{ErrorCode::unavailable, cause.detail, cause.retry_after});
}

}  // namespace

// "The signer can begin using a new key without RPs' knowledge … the verifier knows to go back to the jwks_uri location
// to re-retrieve the keys when it sees an unfamiliar kid value" (Core §10.1.1).
Result<VerifiedJws> check_signature(const UnverifiedJws& jws, KeySetCache& key_sets, const std::string& jwks_uri,
                                    const Deadline& deadline) {
    const auto known = key_sets.get(jwks_uri, deadline);
    if (!known) return unavailable(known.error());
    auto verified = verify_jws(jws, (*known)->keys);
    if (verified) return *std::move(verified);
    if (verified.error() == JwsFailure::bad_payload) return rejected(verified.error());

    const auto renewed = key_sets.renew(*known, deadline);
    if (!renewed) return unavailable(renewed.error());
    if (*renewed == *known) {
        return failure(
            Error{ErrorCode::unavailable, "no known key fits, and the keys were fetched moments ago", std::nullopt});
    }
    verified = verify_jws(jws, (*renewed)->keys);
    if (!verified) return rejected(verified.error());
    return *std::move(verified);
}

}  // namespace vestibule
