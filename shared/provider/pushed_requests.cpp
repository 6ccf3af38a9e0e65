#include "provider/pushed_requests.h"

#include "oauth/pushed_authorization.h"
#include "provider/authenticated_post.h"
#include "provider/loggable.h"

namespace vestibule {
namespace {

constexpr std::size_t kLargestAnswer = 64 * 1024;

}  // namespace

Result<std::string> push_authorization_request(const ProviderContext& context, const ProviderMetadata& provider,
                                               const AuthorizationRequest& request,
                                               std::optional<Possession> possession, const Deadline& deadline) {
    const ProviderPost push{*provider.pushed_authorization_request_endpoint, authorization_parameters(request),
                            kLargestAnswer, std::move(possession)};
    const auto response = send_authenticated(context, provider, push, deadline);
    if (!response) {
        return failure(ErrorCode::provider_unavailable,
                       "pushed authorization request: " + std::string(facts(response.error().code).name));
    }
    if (response->status != 201)
        context.log.warning("login.push_refused", {{"reason", refusal_of(*response, context.clock.host_now())}});
    auto request_uri = parse_pushed_authorization_response(*response, context.clock.host_now());
    if (!request_uri) return failure(std::move(request_uri.error()));
    return pushed_authorization_url(provider, request.client_id, *request_uri);
}

}  // namespace vestibule
