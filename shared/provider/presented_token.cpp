#include "provider/presented_token.h"

#include "oauth/dpop_proof.h"

namespace vestibule {

Result<HeaderFields> present_token(const AccessToken& token, std::string_view method, std::string_view url,
                                   DpopNonces& nonces, Random& random, WallTime now) {
    if (!token.dpop_key) return HeaderFields{{"Authorization", "Bearer " + token.text.reveal()}};
    const auto key = DpopKey::of(*token.dpop_key);
    if (!key) return failure(key.error());
    const ProvenRequest request{method, url, token.text, nonces.newest(DpopServer::resource, url)};
    return HeaderFields{{"Authorization", "DPoP " + token.text.reveal()}, {"DPoP", key->proof(request, random, now)}};
}

}  // namespace vestibule
