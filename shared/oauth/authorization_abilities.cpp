#include "oauth/authorization_abilities.h"

#include <algorithm>

#include "oauth/dpop_proof.h"

namespace vestibule {
namespace {

tl::unexpected<Error> unusable(const char* detail) {
    return failure(ErrorCode::provider_unavailable, std::string("provider metadata: ") + detail);
}

bool says(const Json& document, std::string_view name) { return document.bool_at(name).value_or(false); }

bool announces_without(const Json& document, std::string_view list, std::string_view word) {
    const Json* announced = document.find(list);
    if (announced == nullptr || !announced->is_array()) return false;
    const auto& words = announced->as_array();
    return std::none_of(words.begin(), words.end(),
                        [word](const Json& item) { return item.is_string() && item.as_string() == word; });
}

Result<void> check_pushing(const Json& document, const Config& config) {
    const bool required = says(document, "require_pushed_authorization_requests");
    if (required && config.provider.pushed_requests == PushedRequests::never) {
        return unusable(
            "require_pushed_authorization_requests is true, but \"pushedAuthorizationRequests\" is \"never\".");
    }
    return {};
}

// JARM: every answer is a JWT ("query.jwt", "form_post.jwt", …).
bool answers_by_jwt_only(const Json& document) {
    const Json* announced = document.find("response_modes_supported");
    if (announced == nullptr || !announced->is_array() || announced->as_array().empty()) return false;
    const auto is_jwt = [](const Json& mode) {
        return mode.is_string() && (mode.as_string() == "jwt" || mode.as_string().ends_with(".jwt"));
    };
    const auto& modes = announced->as_array();
    return std::all_of(modes.begin(), modes.end(), is_jwt);
}

// "If omitted, the default for Dynamic OpenID Providers is ["query", "fragment"]" (Discovery §3). Some that know
// form_post do not say so: what is announced is held against the setting, silence is not.
Result<void> check_response_mode(const Json& document, const ProviderConfig& provider) {
    if (answers_by_jwt_only(document)) {
        return unusable(
            "response_modes_supported has JWT modes only (JARM), which are not in this build. Allow this client "
            "\"query\" or \"form_post\" at the provider.");
    }
    const bool post = provider.response_mode == ResponseMode::form_post;
    if (!announces_without(document, "response_modes_supported", post ? "form_post" : "query")) return {};
    return post ? unusable("response_modes_supported lacks form_post. Set \"responseMode\" to \"query\".")
                : unusable("response_modes_supported lacks query. Set \"responseMode\" to \"form_post\".");
}

// RFC 8705 §3.3, and we have a certificate to bind them to.
bool certificate_binds_tokens(const Json& document, const ProviderConfig& provider) {
    return provider.auth.presents_certificate() && says(document, "tls_client_certificate_bound_access_tokens");
}

constexpr std::string_view kDpopAlgorithms = "dpop_signing_alg_values_supported";  // RFC 9449 §5.1

bool announces_dpop(const Json& document) {
    return document.find(kDpopAlgorithms) != nullptr && !announces_without(document, kDpopAlgorithms, kDpopAlgorithm);
}

// Some take DPoP without saying so: for one that is told to, silence is no refusal.
Result<void> check_dpop(const Json& document, const ProviderConfig& provider) {
    if (provider.dpop == Dpop::always && announces_without(document, kDpopAlgorithms, kDpopAlgorithm)) {
        return unusable(
            "dpop_signing_alg_values_supported lacks ES256, but \"dpop\" is \"always\". Enable ES256 at the provider, "
            "or set \"dpop\" to \"never\".");
    }
    return {};
}

// FAPI 2.0 Security Profile §5.3.2.
Result<void> check_profile(const Json& document, const Config& config) {
    if (config.profile != Profile::fapi2) return {};
    if (!says(document, "authorization_response_iss_parameter_supported")) {
        return unusable(
            "authorization_response_iss_parameter_supported is not true, which the \"profile\" \"fapi2\" needs.");
    }
    if (document.find("code_challenge_methods_supported") == nullptr)
        return unusable(
            "code_challenge_methods_supported is missing, which the \"profile\" \"fapi2\" needs with S256.");
    // §5.3.2.1-4: "shall only issue sender-constrained access tokens", by mutual TLS or DPoP.
    const bool dpop = config.provider.dpop != Dpop::never && announces_dpop(document);
    if (!certificate_binds_tokens(document, config.provider) && !dpop) {
        return unusable(
            "the \"profile\" \"fapi2\" needs sender-constrained access tokens: neither has "
            "dpop_signing_alg_values_supported ES256 (with \"dpop\" not \"never\"), nor is "
            "tls_client_certificate_bound_access_tokens true (with a \"clientAuth.certificateFile\").");
    }
    return {};
}

}  // namespace

bool pushes_requests(const Json& document, const Config& config) {
    if (config.profile == Profile::fapi2) return true;
    switch (config.provider.pushed_requests) {
        case PushedRequests::always: return true;
        case PushedRequests::never: return false;
        case PushedRequests::when_required: break;
    }
    return says(document, "require_pushed_authorization_requests");
}

bool uses_dpop(const Json& document, const Config& config) {
    switch (config.provider.dpop) {
        case Dpop::always: return true;
        case Dpop::never: return false;
        case Dpop::when_required: break;
    }
    return config.profile == Profile::fapi2 && !certificate_binds_tokens(document, config.provider);
}

Result<void> check_authorization_abilities(const Json& document, const Config& config) {
    // RFC 9101 §10.5: "the server MUST reject any authorization request … that does not use a request object".
    if (says(document, "require_signed_request_object")) {
        return unusable(
            "require_signed_request_object is true, but signed request objects (JAR, RFC 9101) are not in this build. "
            "Switch the requirement off for this client at the provider.");
    }
    return check_pushing(document, config)
        .and_then([&] { return check_response_mode(document, config.provider); })
        .and_then([&] { return check_dpop(document, config.provider); })
        .and_then([&] { return check_profile(document, config); });
}

}  // namespace vestibule
