// Provider metadata (oauth/provider_metadata.h).
#include "oauth/provider_metadata.h"

#include "tests/fuzz/fuzz_target.h"

using namespace vestibule;
using fuzz::require;

namespace {

const Config& config() {
    static const auto made = [] {
        Config config;
        config.provider.issuer = "https://id.example";
        config.provider.client_id = "spa";
        return config;
    }();
    return made;
}

bool is_https_or_loopback(const std::string& text) {
    const auto url = parse_url(text);
    return url && (url->scheme == "https" || url->is_loopback());
}

}  // namespace

FUZZ_TARGET(provider_metadata) {
    const auto document = Json::parse(input);
    if (!document) return;
    const auto metadata = parse_provider_metadata(*document, config());
    if (!metadata) return require(metadata.error().code == ErrorCode::provider_unavailable, "one error");
    require(metadata->issuer == config().provider.issuer, "our issuer");
    for (const auto& needed : {metadata->authorization_endpoint, metadata->token_endpoint, metadata->jwks_uri})
        require(is_https_or_loopback(needed), "an endpoint that may be called");
    for (const auto& optional :
         {metadata->userinfo_endpoint, metadata->revocation_endpoint, metadata->end_session_endpoint})
        require(!optional || is_https_or_loopback(*optional), "an optional endpoint that may be called");
}
