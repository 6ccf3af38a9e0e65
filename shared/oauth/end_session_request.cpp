#include "oauth/end_session_request.h"

#include "codec/form.h"

namespace vestibule {
namespace {

// Web servers and browsers cut off, or refuse, what is much longer (checklist O04).
constexpr std::size_t kLongestUrl = 7'500;

std::string url_with(const std::string& endpoint, const EndSessionRequest& request, const Secret* id_token_hint) {
    Form form;
    if (id_token_hint != nullptr) form.add("id_token_hint", id_token_hint->reveal());
    form.add("client_id", request.client_id);
    form.add("post_logout_redirect_uri", request.post_logout_redirect_uri);
    if (request.state) form.add("state", *request.state);
    return with_query(endpoint, form);
}

}  // namespace

std::optional<std::string> end_session_url(const ProviderMetadata& provider, const EndSessionRequest& request) {
    if (!provider.end_session_endpoint) return std::nullopt;
    const Secret* hint = request.id_token_hint ? &*request.id_token_hint : nullptr;
    std::string url = url_with(*provider.end_session_endpoint, request, hint);
    // The hint is RECOMMENDED, client_id does without it (RP-Initiated Logout §2): the person may be asked once more.
    if (url.size() > kLongestUrl) url = url_with(*provider.end_session_endpoint, request, nullptr);
    return url;
}

}  // namespace vestibule
