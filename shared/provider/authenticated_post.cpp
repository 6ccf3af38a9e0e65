#include "provider/authenticated_post.h"

#include "codec/base64url.h"
#include "oauth/client_authentication.h"

namespace vestibule {
namespace {

constexpr std::size_t kJtiOctets = 16;

// Issuer by default; the token endpoint, whatever the request goes to, for providers older than RFC 10070.
const std::string& audience(const ClientAuth& auth, const ProviderMetadata& provider, const std::string& issuer) {
    return auth.assertion_audience == AssertionAudience::issuer ? issuer : provider.token_endpoint;
}

std::string new_assertion(const ProviderContext& context, const ProviderMetadata& provider,
                          const PrivateSigningKey& key) {
    const ProviderConfig& config = context.config.provider;
    ClientAssertion assertion;
    assertion.client_id = config.client_id;
    assertion.audience = audience(config.auth, provider, config.issuer);
    assertion.jti = base64url_encode(context.random.octets(kJtiOctets));
    assertion.now = context.clock.now();
    if (!config.auth.assertion_type) assertion.type = ClientAssertion::Type::left_out;
    return sign_client_assertion(assertion, key);
}

// Anew for each sending.
OutboundRequest request_for(const ProviderContext& context, const ProviderMetadata& provider, const ProviderPost& post,
                            const Deadline& deadline) {
    const auto keys = context.client.current();
    const std::string assertion = keys->signing ? new_assertion(context, provider, *keys->signing) : std::string();
    OutboundRequest request = authenticated_post(post.endpoint, post.parameters, context.config.provider, assertion);
    request.certificate = keys->certificate;
    request.limits = deadline.limits(post.largest_answer);
    return request;
}

}  // namespace

Result<OutboundResponse> send_authenticated(const ProviderContext& context, const ProviderMetadata& provider,
                                            const ProviderPost& post, const Deadline& deadline) {
    if (deadline.over()) return failure(ErrorCode::upstream_timeout, "no time left");
    return context.http.send(request_for(context, provider, post, deadline));
}

}  // namespace vestibule
