// Sending an authorization request to the provider instead of through the browser (RFC 9126).
#pragma once

#include <string>

#include "oauth/authorization_request.h"
#include "provider/authenticated_post.h"
#include "provider/deadline.h"
#include "provider/provider_context.h"

namespace vestibule {

// Pushes the request, once (authenticated_post.h), and gives the URL that refers to it. provider_unavailable, with a
// Retry-After where the provider named one. REQUIRES: provider.pushed_authorization_request_endpoint.
Result<std::string> push_authorization_request(const ProviderContext& context, const ProviderMetadata& provider,
                                               const AuthorizationRequest& request,
                                               std::optional<Possession> possession, const Deadline& deadline);

}  // namespace vestibule
