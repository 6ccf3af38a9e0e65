#include "oauth/pushed_authorization.h"

#include <algorithm>

#include "codec/form.h"
#include "oauth/json_body.h"
#include "oauth/token_response.h"

namespace vestibule {
namespace {

constexpr std::size_t kLongestRequestUri = 1024;

bool is_request_uri(std::string_view text) {
    return !text.empty() && text.size() <= kLongestRequestUri &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

tl::unexpected<Error> unusable(std::string detail) {
    return failure(ErrorCode::provider_unavailable, "pushed authorization request: " + std::move(detail));
}

}  // namespace

Result<std::string> parse_pushed_authorization_response(const OutboundResponse& response, WallTime now) {
    if (response.status != 201) {
        return failure(Error{ErrorCode::provider_unavailable,
                             "pushed authorization request: status " + std::to_string(response.status),
                             retry_after(response, now)});
    }
    const auto answer = json_object(response.headers, response.body);
    if (!answer) return unusable(answer.error().detail);
    auto request_uri = answer->string_at("request_uri");
    if (!request_uri || !is_request_uri(*request_uri)) return unusable("no request_uri");
    // "expires_in: A JSON number that represents the lifetime of the request URI in seconds as a positive integer"
    // (RFC 9126 §2.2).
    if (answer->integer_at("expires_in").value_or(0) <= 0) return unusable("expires_in is no positive number");
    return *std::move(request_uri);
}

std::string pushed_authorization_url(const ProviderMetadata& provider, std::string_view client_id,
                                     const std::string& request_uri) {
    Form form;
    form.add("client_id", std::string(client_id)).add("request_uri", request_uri);
    return with_query(provider.authorization_endpoint, form);
}

}  // namespace vestibule
