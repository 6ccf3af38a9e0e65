// The provider's answer to a pushed authorization request, and the URL that is made of it
// (oauth/pushed_authorization.h).
#include "oauth/pushed_authorization.h"

#include "codec/form.h"
#include "tests/fuzz/outbound_response.h"

using namespace vestibule;
using fuzz::require;

namespace {

constexpr WallTime kNow{Seconds{1'767'225'600}};

const ProviderMetadata& provider() {
    static const ProviderMetadata metadata = [] {
        ProviderMetadata made;
        made.authorization_endpoint = "https://id.example/authorize?tenant=1";
        return made;
    }();
    return metadata;
}

void check_request_uri(const std::string& request_uri) {
    require(!request_uri.empty() && request_uri.size() <= 1024, "a short one");
    require(fuzz::is_visible_ascii(request_uri) && request_uri.find(' ') == std::string::npos, "visible ASCII");
    const std::string url = pushed_authorization_url(provider(), "spa&x=1", request_uri);
    require(url.starts_with("https://id.example/authorize?tenant=1&") && is_valid_field_value(url),
            "goes to the provider");
    require(url.find('#') == std::string::npos, "as a query");
    const auto query = Form::parse(std::string_view(url).substr(url.find('?') + 1));
    require(query && query->parameters().size() == 3, "with nothing but the two (FAPI 2.0 §5.3.3.2-6)");
    require(query->single("client_id").value() == "spa&x=1", "our client_id");
    require(query->single("request_uri").value() == request_uri, "what the provider gave");
}

}  // namespace

FUZZ_TARGET(pushed_authorization) {
    const OutboundResponse response = fuzz::outbound_response(input);
    if (const auto request_uri = parse_pushed_authorization_response(response, kNow)) {
        require(response.status == 201, "nothing but 201 is a success");
        check_request_uri(*request_uri);
    } else {
        const Error& error = request_uri.error();
        require(error.code == ErrorCode::provider_unavailable, "one error");
        require(error.detail.size() < 200, "that quotes nothing");
        require(!error.retry_after || *error.retry_after <= std::chrono::hours{1}, "a pause of at most an hour");
    }
}
