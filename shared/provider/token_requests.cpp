#include "provider/token_requests.h"

#include "codec/form.h"
#include "provider/authenticated_post.h"

namespace vestibule {
namespace {

constexpr std::size_t kLargestAnswer = 1024 * 1024;  // checklist A23

Result<OutboundResponse> post(const ProviderContext& context, const ProviderMetadata& provider, Form form,
                              std::optional<Possession> possession, const Deadline& deadline) {
    // RFC 8707 §2.2: the same as the authorization asked for (checklist L42, R14).
    for (const std::string& resource : context.config.provider.resources) form.add("resource", resource);
    const ProviderPost request{provider.token_endpoint, std::move(form), kLargestAnswer, std::move(possession)};
    return send_authenticated(context, provider, request, deadline);
}

}  // namespace

// RFC 6749 §4.1.3, RFC 7636 §4.5.
Result<OutboundResponse> send_authorization_code(const ProviderContext& context, const ProviderMetadata& provider,
                                                 const Secret& code, const Secret& code_verifier,
                                                 std::optional<Possession> possession, const Deadline& deadline) {
    Form form;
    form.add("grant_type", "authorization_code")
        .add("code", code.reveal())
        .add("redirect_uri", context.config.url_of(context.config.paths.callback))
        .add("code_verifier", code_verifier.reveal());
    return post(context, provider, std::move(form), std::move(possession), deadline);
}

// RFC 6749 §6. No scope: what was granted stays (checklist R06).
Result<OutboundResponse> send_refresh_token(const ProviderContext& context, const ProviderMetadata& provider,
                                            const Secret& refresh_token, std::optional<Possession> possession,
                                            const Deadline& deadline) {
    Form form;
    form.add("grant_type", "refresh_token").add("refresh_token", refresh_token.reveal());
    return post(context, provider, std::move(form), std::move(possession), deadline);
}

}  // namespace vestibule
