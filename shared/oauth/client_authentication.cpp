#include "oauth/client_authentication.h"

#include "codec/base64url.h"

namespace vestibule {
namespace {

// "The client identifier is encoded using the application/x-www-form-urlencoded encoding algorithm …, and the encoded
// value is used as the username; the client password is encoded using the same algorithm and used as the password"
// (RFC 6749 §2.3.1).
std::string basic_credentials(const ProviderConfig& client) {
    return "Basic " + base64_encode(form_encode(client.client_id) + ":" + form_encode(client.auth.secret.reveal()));
}

}  // namespace

OutboundRequest authenticated_post(const std::string& endpoint, Form parameters, const ProviderConfig& client) {
    OutboundRequest request;
    request.method = "POST";
    request.url = endpoint;
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}};
    // "The client MUST NOT use more than one authentication method in each request" (RFC 6749 §2.3).
    switch (client.auth.method) {
        case ClientAuthMethod::client_secret_basic:
            request.headers.add("Authorization", basic_credentials(client));
            break;
        case ClientAuthMethod::client_secret_post:
            // A pushed authorization request has its client_id already (RFC 9126 §2.1), and none may come twice.
            if (!parameters.has("client_id")) parameters.add("client_id", client.client_id);
            parameters.add("client_secret", client.auth.secret.reveal());
            break;
    }
    request.body = parameters.encode();
    return request;
}

}  // namespace vestibule
