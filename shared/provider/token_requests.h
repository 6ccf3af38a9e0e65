// The POSTs we make to the token endpoint, each sent once, whatever becomes of it (checklist C17, C19, R01,
// R10), but for a DPoP nonce (authenticated_post.h).
#pragma once

#include "base/secret.h"
#include "oauth/provider_metadata.h"
#include "provider/authenticated_post.h"
#include "provider/deadline.h"
#include "provider/provider_context.h"

namespace vestibule {

Result<OutboundResponse> send_authorization_code(const ProviderContext& context, const ProviderMetadata& provider,
                                                 const Secret& code, const Secret& code_verifier,
                                                 std::optional<Possession> possession, const Deadline& deadline);

Result<OutboundResponse> send_refresh_token(const ProviderContext& context, const ProviderMetadata& provider,
                                            const Secret& refresh_token, std::optional<Possession> possession,
                                            const Deadline& deadline);

}  // namespace vestibule
