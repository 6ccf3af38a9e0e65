// provider.h over HTTP: one OpenID provider, its documents cached in memory and in the store.
#pragma once

#include "provider/authenticated_post.h"
#include "provider/id_token_verifier.h"
#include "provider/metadata_cache.h"
#include "provider/provider.h"
#include "provider/provider_context.h"

namespace vestibule {

class OidcProvider final : public Provider {
public:
    // Asks nobody yet.
    explicit OidcProvider(const ProviderContext& context);

    Result<ProviderMetadata> metadata() override;
    Result<std::string> authorization_url(const AuthorizationRequest& request) override;
    Result<RedeemedCode> redeem(const Secret& code, const FlowSecrets& secrets, const IdTokenRules& rules) override;
    RefreshVerdict refresh(const TokenSet& current, std::string_view subject) override;
    Result<Json> userinfo(const AccessToken& access_token, std::string_view subject) override;
    Result<VerifiedLogoutToken> verify_logout_token(const Secret& logout_token) override;
    void revoke(const TokenSet& tokens, Milliseconds at_most) override;

private:
    Deadline deadline() const { return Deadline(context_.clock, context_.config.provider.timeout); }
    Result<TokenResponse> exchange(const ProviderMetadata& provider, const Secret& code, const FlowSecrets& secrets,
                                   bool beside_a_session, const Deadline& until);
    Result<std::optional<Possession>> possession(const std::optional<Secret>& dpop_key);
    Result<OutboundResponse> ask_userinfo(const std::string& endpoint, const AccessToken& access_token,
                                          const Deadline& until);
    Result<VerifiedIdToken> identify(const ProviderMetadata& provider, const TokenResponse& tokens,
                                     const IdTokenRules& rules, const Deadline& until);
    RefreshVerdict judge_tokens(const ProviderMetadata& provider, TokenResponse tokens, const TokenSet& current,
                                std::string_view subject, const Deadline& until);
    Result<void> recognise(const ProviderMetadata& provider, TokenResponse& tokens, const TokenSet& current,
                           std::string_view subject, const Deadline& until);
    void discard_of_refresh(const ProviderMetadata& provider, TokenSet received, const TokenSet& current,
                            const Deadline& until);
    void discard(const ProviderMetadata& provider, const TokenSet& tokens, const Deadline& until);

    const ProviderContext context_;
    MetadataCache metadata_;
    KeySetCache key_sets_;
    IdTokenVerifier id_tokens_;
    DpopNonces nonces_;
};

}  // namespace vestibule
