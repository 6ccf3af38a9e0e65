// What the tokens of a login or a session are bound to: a key (RFC 9449), or nothing (checklist A13, C21, R12). Chosen
// once and carried along; nobody on the way asks again whether DPoP is used.
#pragma once

#include <optional>

#include "base/result.h"
#include "base/secret.h"
#include "oauth/provider_metadata.h"
#include "oauth/token_response.h"
#include "provider/authenticated_post.h"
#include "session/token_set.h"

namespace vestibule {

class TokenBinding {
public:
    // Tokens that are asked for: bound to the login's key where this provider's logins use DPoP.
    static TokenBinding of_login(const ProviderMetadata& provider, std::optional<Secret> key);
    // Tokens there are: what they are bound to decides, whatever the configuration says by now.
    static TokenBinding of_session(const TokenSet& tokens) { return TokenBinding(tokens.dpop_key); }

    // A P-256 scalar; nothing: Bearer tokens.
    const std::optional<Secret>& key() const { return key_; }
    // What the token endpoint has to answer with. Anything else is a downgrade (RFC 9449 §5).
    TokenType token_type() const { return key_ ? TokenType::dpop : TokenType::bearer; }
    // What a request shows a proof with; nothing where there is no key. internal: the key is none.
    Result<std::optional<Possession>> possession(DpopNonces& nonces) const;

private:
    explicit TokenBinding(std::optional<Secret> key) : key_(std::move(key)) {}
    std::optional<Secret> key_;
};

}  // namespace vestibule
