#include "provider/revocation.h"

#include "codec/form.h"
#include "provider/authenticated_post.h"
#include "provider/loggable.h"

namespace vestibule {
namespace {

constexpr std::size_t kLargestAnswer = 64 * 1024;

enum class Reached { yes, no };

void report(Log& log, const char* hint, std::string reason) {
    log.warning("token.not_revoked", {{"kind", std::string(hint)}, {"reason", std::move(reason)}});
}

// "The client constructs the request by including the following parameters …: token REQUIRED … token_type_hint
// OPTIONAL" (RFC 7009 §2.1).
Reached revoke_one(const ProviderContext& context, const ProviderMetadata& provider, const Secret& token,
                   const char* hint, const Deadline& deadline) {
    Form form;
    form.add("token", token.reveal()).add("token_type_hint", hint);
    const ProviderPost post{*provider.revocation_endpoint, std::move(form), kLargestAnswer};
    const auto response = send_authenticated(context, provider, post, deadline);
    if (!response) {
        report(context.log, hint, std::string(facts(response.error().code).name));
        return Reached::no;
    }
    if (response->status != 200) report(context.log, hint, refusal_of(*response, context.clock.host_now()));
    return Reached::yes;
}

}  // namespace

void revoke_tokens(const ProviderContext& context, const ProviderMetadata& provider, const TokenSet& tokens,
                   const Deadline& deadline) {
    if (!provider.revocation_endpoint) return;
    if (tokens.refresh_token && !deadline.over()) {
        const Reached reached = revoke_one(context, provider, *tokens.refresh_token, "refresh_token", deadline);
        // Who could not be reached is not asked to keep the person waiting once more.
        if (reached == Reached::no) return;
    }
    if (!tokens.access_token.empty() && !deadline.over())
        revoke_one(context, provider, tokens.access_token, "access_token", deadline);
}

}  // namespace vestibule
