#include "oauth/provider_metadata.h"

#include <algorithm>

#include "oauth/authorization_abilities.h"
#include "oauth/client_abilities.h"

namespace vestibule {
namespace {

tl::unexpected<Error> unusable(std::string detail) {
    return failure(ErrorCode::provider_unavailable, "provider metadata: " + std::move(detail));
}

// "Communication with the … Endpoint MUST utilize TLS" (Core §3.1.2, §3.1.3, §5.3), but for a machine that talks to
// itself and a network that the configuration vouches for by name.
bool may_be_called(std::string_view text, const Config& config) {
    const auto url = parse_url(text);
    return url && (url->scheme == "https" || url->is_loopback() || config.allow_plain_http);
}

// What serves clients that present a certificate, where the provider has that apart: "the authorization server MUST
// provide … mtls_endpoint_aliases … a client intending to do mutual TLS … MUST use the alias URL" (RFC 8705 §5).
const Json& document_for(const Json& document, std::string_view name, const ProviderConfig& provider) {
    const Json* aliases = provider.auth.presents_certificate() ? document.find("mtls_endpoint_aliases") : nullptr;
    const bool of_browsers = name == "authorization_endpoint" || name == "end_session_endpoint" || name == "jwks_uri";
    const Json* alias = aliases != nullptr && !of_browsers ? aliases->find(name) : nullptr;
    return alias != nullptr && !alias->is_null() ? *aliases : document;
}

// A member that may be missing, but not be wrong. null counts as missing.
Result<std::optional<std::string>> optional_endpoint(const Json& document, std::string_view name,
                                                     const Config& config) {
    const Json* member = document_for(document, name, config.provider).find(name);
    if (member == nullptr || member->is_null()) return std::nullopt;
    if (!member->is_string() || !may_be_called(member->as_string(), config)) {
        return unusable(std::string(name) + " is no https URL. \"allowPlainHttp\" permits http beyond loopback.");
    }
    return member->as_string();
}

Result<std::string> needed_endpoint(const Json& document, std::string_view name, const Config& config) {
    auto endpoint = optional_endpoint(document, name, config);
    if (!endpoint) return failure(std::move(endpoint.error()));
    if (!*endpoint) return unusable(std::string(name) + " is missing: this provider cannot be used for logins.");
    return **endpoint;
}

bool holds(const Json& list, std::string_view word) {
    if (!list.is_array()) return false;
    const auto& items = list.as_array();
    return std::any_of(items.begin(), items.end(),
                       [word](const Json& item) { return item.is_string() && item.as_string() == word; });
}

// A list that is announced must hold the word; one that is not announced says nothing.
bool rules_out(const Json& document, std::string_view list, std::string_view word) {
    const Json* announced = document.find(list);
    return announced != nullptr && !holds(*announced, word);
}

// Compared as algorithms, for EdDSA has two names (RFC 9864). A list that is not announced says nothing.
bool rules_out_every_algorithm(const Json& document, std::string_view list, const std::vector<JwsAlgorithm>& ours) {
    const Json* announced = document.find(list);
    if (announced == nullptr) return false;
    if (!announced->is_array()) return true;
    const auto is_ours = [&](const Json& name) {
        const auto algorithm = name.is_string() ? jws_algorithm(name.as_string()) : std::nullopt;
        return algorithm && std::find(ours.begin(), ours.end(), *algorithm) != ours.end();
    };
    const auto& names = announced->as_array();
    return std::none_of(names.begin(), names.end(), is_ours);
}

// Checklist D15: what we need is checked when the metadata is loaded, not in the middle of a login.
Result<void> check_abilities(const Json& document, const ProviderConfig& config) {
    // "Clients SHOULD use PKCE code challenge methods that do not expose the PKCE verifier in the authorization
    // request" (RFC 9700 §2.1.1), which leaves S256; never fall back (checklist L04).
    if (rules_out(document, "code_challenge_methods_supported", "S256"))
        return unusable("code_challenge_methods_supported lacks S256. Enable PKCE with S256 at the provider.");
    if (rules_out(document, "response_types_supported", "code"))
        return unusable("response_types_supported lacks code. Enable the authorization code flow at the provider.");
    if (rules_out_every_algorithm(document, "id_token_signing_alg_values_supported", config.id_token_algorithms))
        return unusable("id_token_signing_alg_values_supported has none of the configured \"idTokenAlgorithms\".");
    if (!config.userinfo_algorithms.empty() &&
        rules_out_every_algorithm(document, "userinfo_signing_alg_values_supported", config.userinfo_algorithms))
        return unusable("userinfo_signing_alg_values_supported has none of the configured \"userinfoAlgorithms\".");
    return {};
}

Result<void> read_endpoints(const Json& document, const Config& config, ProviderMetadata& metadata) {
    const auto needed = [&](std::string_view name, std::string& into) -> Result<void> {
        auto endpoint = needed_endpoint(document, name, config);
        if (!endpoint) return failure(std::move(endpoint.error()));
        into = std::move(*endpoint);
        return {};
    };
    const auto optional = [&](std::string_view name, std::optional<std::string>& into) -> Result<void> {
        auto endpoint = optional_endpoint(document, name, config);
        if (!endpoint) return failure(std::move(endpoint.error()));
        into = std::move(*endpoint);
        return {};
    };
    return needed("authorization_endpoint", metadata.authorization_endpoint)
        .and_then([&] { return needed("token_endpoint", metadata.token_endpoint); })
        .and_then([&] { return needed("jwks_uri", metadata.jwks_uri); })
        .and_then([&] { return optional("userinfo_endpoint", metadata.userinfo_endpoint); })
        .and_then([&] { return optional("revocation_endpoint", metadata.revocation_endpoint); })
        .and_then([&] { return optional("end_session_endpoint", metadata.end_session_endpoint); })
        .and_then([&] {
            return optional("pushed_authorization_request_endpoint", metadata.pushed_authorization_request_endpoint);
        });
}

// At the alias, too, so it is asked of what was read.
Result<void> check_push_endpoint(const ProviderMetadata& metadata) {
    if (!metadata.pushes_requests || metadata.pushed_authorization_request_endpoint) return {};
    return unusable(
        "pushed_authorization_request_endpoint is missing, but requests are to be pushed (its own "
        "require_pushed_authorization_requests, or \"pushedAuthorizationRequests\", or \"profile\").");
}

}  // namespace

// "If the Issuer value contains a path component, any terminating / MUST be removed before appending
// /.well-known/openid-configuration" (Discovery §4.1).
std::string discovery_url(std::string_view issuer) {
    if (issuer.ends_with('/')) issuer.remove_suffix(1);
    return std::string(issuer) + "/.well-known/openid-configuration";
}

Result<ProviderMetadata> parse_provider_metadata(const Json& document, const Config& config) {
    ProviderMetadata metadata;
    // "The issuer value returned MUST be identical to the Issuer URL that was used as the prefix to
    // /.well-known/openid-configuration" (Discovery §4.3). Nothing else is looked at before (checklist D02).
    metadata.issuer = document.string_at("issuer").value_or(std::string{});
    if (metadata.issuer != config.provider.issuer)
        return unusable("issuer differs from \"provider.issuer\". They must agree to the last octet, a final '/' too.");
    if (auto read = read_endpoints(document, config, metadata); !read) return failure(std::move(read.error()));
    if (auto able = check_abilities(document, config.provider); !able) return failure(std::move(able.error()));
    if (auto able = check_client_abilities(document, config.provider); !able) return failure(std::move(able.error()));
    if (auto able = check_authorization_abilities(document, config); !able) return failure(std::move(able.error()));
    metadata.pushes_requests = pushes_requests(document, config);
    if (auto able = check_push_endpoint(metadata); !able) return failure(std::move(able.error()));
    metadata.uses_dpop = uses_dpop(document, config);
    metadata.registers_people = !rules_out(document, "prompt_values_supported", "create");
    metadata.iss_parameter_supported =
        document.bool_at("authorization_response_iss_parameter_supported").value_or(false);
    return metadata;
}

}  // namespace vestibule
