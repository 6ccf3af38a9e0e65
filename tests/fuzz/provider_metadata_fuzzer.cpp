// Provider metadata (oauth/provider_metadata.h).
#include "oauth/provider_metadata.h"

#include "tests/fuzz/fuzz_target.h"

using namespace vestibule;
using fuzz::require;

namespace {

Config plain() {
    Config config;
    config.provider.issuer = "https://id.example";
    config.provider.client_id = "spa";
    return config;
}

// Aliases are looked at, and requests are pushed.
Config with_certificate() {
    Config config = plain();
    config.provider.auth.method = ClientAuthMethod::tls_client_auth;
    config.provider.auth.certificate_file = "/client.pem";
    config.provider.pushed_requests = PushedRequests::always;
    return config;
}

bool is_https_or_loopback(const std::string& text) {
    const auto url = parse_url(text);
    return url && (url->scheme == "https" || url->is_loopback());
}

void parse(const Json& document, const Config& config) {
    const auto metadata = parse_provider_metadata(document, config);
    if (!metadata) return require(metadata.error().code == ErrorCode::provider_unavailable, "one error");
    require(metadata->issuer == config.provider.issuer, "our issuer");
    for (const auto& needed : {metadata->authorization_endpoint, metadata->token_endpoint, metadata->jwks_uri})
        require(is_https_or_loopback(needed), "an endpoint that may be called");
    for (const auto& optional : {metadata->userinfo_endpoint, metadata->revocation_endpoint,
                                 metadata->end_session_endpoint, metadata->pushed_authorization_request_endpoint})
        require(!optional || is_https_or_loopback(*optional), "an optional endpoint that may be called");
    require(!metadata->pushes_requests || metadata->pushed_authorization_request_endpoint, "somewhere to push to");
}

}  // namespace

FUZZ_TARGET(provider_metadata) {
    static const Config configs[] = {plain(), with_certificate()};
    const auto document = Json::parse(input);
    if (!document) return;
    for (const Config& config : configs) parse(*document, config);
}
