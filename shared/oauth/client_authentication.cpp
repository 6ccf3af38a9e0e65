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

// RFC 7523 §2.2; the client_id beside it is optional, and some providers want it.
void add_assertion(Form& parameters, const std::string& assertion) {
    parameters.add("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        .add("client_assertion", assertion);
}

// A pushed authorization request has its client_id already (RFC 9126 §2.1), and none may come twice.
void add_client_id(Form& parameters, const ProviderConfig& client) {
    if (!parameters.has("client_id")) parameters.add("client_id", client.client_id);
}

}  // namespace

// Core §9, RFC 10070: "aud … MUST be the issuer identifier …, as the sole value", "typ … client-authentication+jwt".
std::string sign_client_assertion(const ClientAssertion& assertion, const PrivateSigningKey& key) {
    constexpr std::int64_t kLifetime = 60;
    const std::int64_t now = assertion.now.time_since_epoch().count();
    Json header = Json::object({{"kid", key.kid()}});
    if (assertion.type == ClientAssertion::Type::said) header.set("typ", "client-authentication+jwt");
    const Json claims = Json::object({{"iss", assertion.client_id},
                                      {"sub", assertion.client_id},
                                      {"aud", assertion.audience},
                                      {"jti", assertion.jti},
                                      {"iat", now},
                                      {"exp", now + kLifetime}});
    return key.sign(header, claims.print());
}

OutboundRequest authenticated_post(const std::string& endpoint, Form parameters, const ProviderConfig& client,
                                   const std::string& assertion) {
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
            add_client_id(parameters, client);
            parameters.add("client_secret", client.auth.secret.reveal());
            break;
        case ClientAuthMethod::private_key_jwt:
            add_client_id(parameters, client);
            add_assertion(parameters, assertion);
            break;
        case ClientAuthMethod::tls_client_auth:
        case ClientAuthMethod::self_signed_tls_client_auth:
            // "the client MUST include the client_id parameter" (RFC 8705 §2).
            add_client_id(parameters, client);
            break;
    }
    request.body = parameters.encode();
    return request;
}

}  // namespace vestibule
