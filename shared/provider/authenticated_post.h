// The one way a POST goes to the provider: token, pushed authorization and revocation requests alike.
//
// What proves who we are is made for each sending and never twice used, so whoever sends again comes through here again
// (checklist A01, A07). A proof that belongs to the request rather than to the client (RFC 9449) is added here, too.
#pragma once

#include <string>

#include "codec/form.h"
#include "oauth/provider_metadata.h"
#include "provider/deadline.h"
#include "provider/provider_context.h"

namespace vestibule {

struct ProviderPost {
    std::string endpoint;  // of the provider's metadata
    Form parameters;       // without anything that authenticates
    std::size_t largest_answer;
};

// Sent once, authenticated as configured, never redirected (A22). Any answer of the provider is an answer. Fails as
// HttpClient does; upstream_timeout, and nothing is sent, where the time is over.
Result<OutboundResponse> send_authenticated(const ProviderContext& context, const ProviderMetadata& provider,
                                            const ProviderPost& post, const Deadline& deadline);

}  // namespace vestibule
