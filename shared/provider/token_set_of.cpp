#include "provider/token_set_of.h"

namespace vestibule {

TokenSet token_set_of(const TokenResponse& response, WallTime now) {
    TokenSet tokens;
    tokens.access_token = response.access_token;
    tokens.access_lifetime = response.expires_in.value_or(kAccessLifetimeUnlessStated);
    tokens.access_expires_at = now + tokens.access_lifetime;
    tokens.refresh_token = response.refresh_token;
    tokens.id_token = response.id_token;
    if (response.refresh_expires_in) tokens.refresh_token_over_at = now + *response.refresh_expires_in;
    if (response.authorization_expires_in) tokens.authorization_over_at = now + *response.authorization_expires_in;
    return tokens;
}

TokenSet token_set_of(RefusedTokens refused) {
    TokenSet tokens;
    if (refused.access_token) tokens.access_token = *std::move(refused.access_token);
    tokens.refresh_token = std::move(refused.refresh_token);
    return tokens;
}

}  // namespace vestibule
