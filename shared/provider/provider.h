// The OpenID provider as the functions see it: what it published, cached in the store, and the calls we make to it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "codec/json.h"
#include "crypto/jwk.h"
#include "oauth/authorization_request.h"
#include "oauth/id_token.h"
#include "oauth/logout_token.h"
#include "oauth/provider_metadata.h"
#include "oauth/token_response.h"
#include "provider/deadline.h"
#include "session/login_flow.h"
#include "session/refresh.h"

namespace vestibule {

// An ID token was verified and its tokens may be used (checklist C26).
struct RedeemedCode {
    VerifiedIdToken identity;
    TokenResponse tokens;
    std::optional<Secret> dpop_key = {};  // what they are bound to, where DPoP is used
};

// Thread-safe. No call takes longer than provider.timeout (a refresh: provider.refreshTimeout) plus the store's limit,
// nor than `until`, where the caller has a limit of its own for several of them; what has to be revoked takes 2 s more
// at most. None is retried, but a key set is fetched again once for a token that no known key verifies (checklist
// D10–D12), and what a provider refuses for its DPoP nonce alone is sent once more (A15). Nothing throws.
class Provider {
public:
    virtual ~Provider() = default;

    // From memory, else the store, else the provider; the last good copy where the provider is down (checklist D09).
    // provider_unavailable: none of them, or it lacks what we need; the detail says what.
    virtual Result<ProviderMetadata> metadata(const std::optional<Deadline>& until = {}) = 0;

    // Where the browser goes to log in. Where requests are pushed (RFC 9126) this sends it to the provider first, anew
    // for every login (checklist L34, L37). provider_unavailable, with the provider's Retry-After where there is one;
    // bad_request where the provider rules out what is asked (prompt=create).
    virtual Result<std::string> authorization_url(const AuthorizationRequest& request) = 0;

    // Redeems the code at the token endpoint and verifies the ID token. exchange_failed, identity_rejected, or
    // unavailable (also where the keys to verify it cannot be had); what was received is then revoked, best effort
    // (C27), as far as `grant` lets it be.
    // `rules.access_token` and `rules.now` are filled in here: they are known when the answer is.
    virtual Result<RedeemedCode> redeem(const Secret& code, const FlowSecrets& secrets, const IdTokenRules& rules,
                                        Grant grant, const std::optional<Deadline>& until = {}) = 0;

    // Presents the refresh token, once. `subject` is who the session belongs to. What comes with a wrong identity is
    // revoked, best effort; of an answer that makes no sense only a new access token is, for the session stays and
    // lives by the refresh token's grant. Where keys to verify a new ID token cannot be had, its identity is compared
    // all the same, and it is left out of what is returned: the refresh token is used up, so the new ones must not be
    // lost.
    virtual RefreshVerdict refresh(const TokenSet& current, std::string_view subject) = 0;

    // The claims of UserInfo, the sub checked (checklist I39). identity_rejected, provider_unavailable; session_ended
    // says that the access token was rejected.
    virtual Result<Json> userinfo(const AccessToken& access_token, std::string_view subject,
                                  const std::optional<Deadline>& until = {}) = 0;

    // identity_rejected: it is not good. unavailable: nobody can tell, for the keys are not to be had now. Whatever can
    // be seen without a key is looked at first, so that a token of nobody's costs no request (checklist B23).
    virtual Result<VerifiedLogoutToken> verify_logout_token(const Secret& logout_token) = 0;

    // RFC 7009, best effort within `at_most` for all of them together.
    virtual void revoke(const TokenSet& tokens, Milliseconds at_most) = 0;
};

}  // namespace vestibule
