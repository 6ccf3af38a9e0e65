#include "provider/authenticated_post.h"

#include "oauth/client_authentication.h"

namespace vestibule {
namespace {

// Anew for each sending.
OutboundRequest request_for(const ProviderContext& context, const ProviderPost& post, const Deadline& deadline) {
    OutboundRequest request = authenticated_post(post.endpoint, post.parameters, context.config.provider);
    request.limits = deadline.limits(post.largest_answer);
    return request;
}

}  // namespace

Result<OutboundResponse> send_authenticated(const ProviderContext& context, const ProviderMetadata&,
                                            const ProviderPost& post, const Deadline& deadline) {
    if (deadline.over()) return failure(ErrorCode::upstream_timeout, "no time left");
    return context.http.send(request_for(context, post, deadline));
}

}  // namespace vestibule
