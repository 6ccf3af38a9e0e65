// provider.h over HTTP: one OpenID provider, its documents cached in memory and in the store.
#pragma once

#include "provider/id_token_verifier.h"
#include "provider/metadata_cache.h"
#include "provider/provider.h"
#include "provider/provider_context.h"
#include "provider/token_binding.h"

namespace vestibule {

class OidcProvider final : public Provider {
public:
    // Asks nobody yet.
    explicit OidcProvider(const ProviderContext& context);

    Result<ProviderMetadata> metadata(const std::optional<Deadline>& until = {}) override;
    Result<std::string> authorization_url(const AuthorizationRequest& request) override;
    Result<RedeemedCode> redeem(const Secret& code, const FlowSecrets& secrets, const IdTokenRules& rules, Grant grant,
                                const std::optional<Deadline>& callers = {}) override;
    RefreshVerdict refresh(const TokenSet& current, std::string_view subject) override;
    Result<Json> userinfo(const AccessToken& access_token, std::string_view subject,
                          const std::optional<Deadline>& callers = {}) override;
    Result<VerifiedLogoutToken> verify_logout_token(const Secret& logout_token) override;
    void revoke(const TokenSet& tokens, Milliseconds at_most) override;

private:
    // Of a call; the caller's, where that is sooner.
    Deadline deadline(const std::optional<Deadline>& until = {}) const;
    Result<TokenResponse> exchange(const ProviderMetadata& provider, const Secret& code, const Secret& code_verifier,
                                   const TokenBinding& binding, Grant grant, const Deadline& until);
    Result<OutboundResponse> ask_userinfo(const std::string& endpoint, const AccessToken& access_token,
                                          const Deadline& until);
    Result<VerifiedIdToken> identify(const ProviderMetadata& provider, const TokenResponse& tokens,
                                     const IdTokenRules& rules, const Deadline& until);
    RefreshVerdict judge_tokens(const ProviderMetadata& provider, TokenResponse tokens, const TokenSet& current,
                                std::string_view subject, const Deadline& until);
    Result<void> recognise(const ProviderMetadata& provider, TokenResponse& tokens, const TokenSet& current,
                           std::string_view subject, const Deadline& until);
    void discard_of_refresh(const ProviderMetadata& provider, TokenSet received, const TokenSet& current);
    void discard(const ProviderMetadata& provider, const TokenSet& tokens);

    const ProviderContext context_;
    MetadataCache metadata_;
    KeySetCache key_sets_;
    IdTokenVerifier id_tokens_;
    DpopNonces nonces_;
};

}  // namespace vestibule
