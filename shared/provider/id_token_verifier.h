// From the text of an ID token to a VerifiedIdToken: algorithm, keys, signature, claims.
#pragma once

#include <string>

#include "oauth/id_token.h"
#include "provider/key_set_cache.h"

namespace vestibule {

class IdTokenVerifier {
public:
    IdTokenVerifier(const Config& config, KeySetCache& key_sets) : config_(config), key_sets_(key_sets) {}

    // identity_rejected: it is not good. unavailable: nobody can tell, for the keys that would are not to be had now.
    Result<VerifiedIdToken> verify(const Secret& id_token, const IdTokenRules& rules, const std::string& jwks_uri,
                                   const Deadline& deadline);

    // For a refresh whose ID token cannot be verified for lack of keys: what it claims, unsigned, which TLS alone
    // vouches for (Core §3.1.3.7-6). Enough to recognise another identity, not to be kept.
    Result<void> check_unverified(const Secret& id_token, const IdTokenRules& rules) const;

    // The signature alone, for tokens of another kind that the same keys sign. Fails as verify().
    Result<VerifiedJws> check_signature(const UnverifiedJws& jws, const std::string& jwks_uri,
                                        const Deadline& deadline);

private:
    const Config& config_;
    KeySetCache& key_sets_;
};

}  // namespace vestibule
