#include "provider/authenticated_post.h"

#include "codec/base64url.h"
#include "oauth/client_authentication.h"
#include "oauth/dpop_nonce.h"

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
    assertion.now = context.clock.host_now();
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
    if (post.possession) {
        const ProvenRequest proven{request.method, request.url, std::nullopt,
                                   post.possession->nonces.newest(DpopServer::authorization, request.url)};
        request.headers.add("DPoP", post.possession->key.proof(proven, context.random, context.clock.host_now()));
    }
    return request;
}

// Whether the provider would take the same again, with the nonce that it has just given.
bool wants_nonce(const ProviderPost& post, const OutboundResponse& answer) {
    if (!post.possession) return false;
    const bool refused = asks_for_dpop_nonce(answer);
    const auto occasion = refused ? NonceOccasion::refusal : NonceOccasion::answer;
    const bool learnt =
        post.possession->nonces.learn(DpopServer::authorization, post.endpoint, answer.headers, occasion);
    return refused && learnt;
}

}  // namespace

Result<OutboundResponse> send_authenticated(const ProviderContext& context, const ProviderMetadata& provider,
                                            const ProviderPost& post, const Deadline& deadline) {
    if (deadline.over()) return failure(ErrorCode::upstream_timeout, "no time left");
    auto answer = context.http.send(request_for(context, provider, post, deadline));
    if (!answer || !wants_nonce(post, *answer) || deadline.over()) return answer;
    auto second = context.http.send(request_for(context, provider, post, deadline));
    if (second) (void)wants_nonce(post, *second);  // for the next request
    return second;
}

}  // namespace vestibule
