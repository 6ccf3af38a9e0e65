// The one way a POST goes to the provider: token, pushed authorization and revocation requests alike.
//
// What proves who we are is made for each sending and never twice used, so whoever sends again comes through here again
// (checklist A01, A07). The same holds for the proof that belongs to the request rather than to the client (RFC 9449;
// A13, A14).
#pragma once

#include <optional>
#include <string>

#include "codec/form.h"
#include "oauth/dpop_proof.h"
#include "oauth/provider_metadata.h"
#include "provider/deadline.h"
#include "provider/dpop_nonces.h"
#include "provider/provider_context.h"

namespace vestibule {

// What a DPoP proof takes: the key that tokens are, or will be, bound to, and the provider's nonce.
struct Possession {
    DpopKey key;
    DpopNonces& nonces;
};

struct ProviderPost {
    std::string endpoint;  // of the provider's metadata
    Form parameters;       // without anything that authenticates
    std::size_t largest_answer;
    std::optional<Possession> possession = {};  // a proof goes with it
};

// Sent once, authenticated as configured, never redirected (A22). The one exception: a provider that refused only for
// the nonce in the proof (RFC 9449 §8) has done nothing yet, and is asked once more with it (A15, C19). Any answer of
// the provider is an answer. Fails as HttpClient does; upstream_timeout, and nothing is sent, where the time is over.
Result<OutboundResponse> send_authenticated(const ProviderContext& context, const ProviderMetadata& provider,
                                            const ProviderPost& post, const Deadline& deadline);

}  // namespace vestibule
