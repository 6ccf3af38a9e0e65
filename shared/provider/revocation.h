// Token revocation (RFC 7009; checklist C27, O11): best effort, never an error.
#pragma once

#include "oauth/provider_metadata.h"
#include "provider/deadline.h"
#include "provider/provider_context.h"
#include "session/token_set.h"

namespace vestibule {

// The refresh token, then the access token, until the time is over. What fails is logged.
void revoke_tokens(const ProviderContext& context, const ProviderMetadata& provider, const TokenSet& tokens,
                   const Deadline& deadline);

}  // namespace vestibule
