#include "oauth/authorization_response.h"

#include <algorithm>
#include <array>
#include <utility>

namespace vestibule {
namespace {

tl::unexpected<Error> invalid(const char* what) {
    return failure(ErrorCode::flow_invalid, std::string("authorization response: ") + what);
}

bool has_one_twice(const Form& form) {
    const auto& parameters = form.parameters();
    for (auto it = parameters.begin(); it != parameters.end(); ++it) {
        const auto same = [it](const Form::Parameter& other) { return other.first == it->first; };
        if (std::any_of(std::next(it), parameters.end(), same)) return true;
    }
    return false;
}

// An empty value counts as absent: "Parameters sent without a value MUST be treated as if they were omitted"
// (RFC 6749 §3.1). REQUIRES: no parameter comes twice.
std::optional<std::string> value_of(const Form& form, std::string_view name) {
    return form.single(name).value_or(std::nullopt);
}

}  // namespace

Result<AuthorizationResponse> parse_authorization_response(const Form& parameters) {
    // "Request and response parameters MUST NOT be included more than once" (RFC 6749 §3.1).
    if (has_one_twice(parameters)) return invalid("a parameter twice");
    AuthorizationResponse response;
    response.state = value_of(parameters, "state").value_or(std::string{});
    response.iss = value_of(parameters, "iss");
    if (auto code = value_of(parameters, "code")) response.code.emplace(std::move(*code));
    response.error = value_of(parameters, "error");
    // The one parameter of JARM's answers; nobody asked for one.
    if (parameters.has("response") && response.state.empty())
        return invalid("it is a JWT (JARM), which is not in this build. Allow this client \"query\" at the provider.");
    // "The client MUST ignore unrecognized response parameters" (RFC 6749 §4.1.2): nothing else is looked at.
    if (response.state.empty()) return invalid("no state");
    if (response.code && response.error) return invalid("both code and error");
    if (!response.code && !response.error) return invalid("neither code nor error");
    return response;
}

Result<void> check_response_issuer(const AuthorizationResponse& response, std::string_view issuer, bool announced) {
    // "This comparison MUST use simple string comparison … If the value does not match the expected issuer identifier,
    // clients MUST reject the authorization response" (RFC 9207 §2.4). Error responses, too (checklist C04).
    if (response.iss && *response.iss != issuer) return invalid("iss of another issuer");
    // "Clients MUST reject authorization responses without the iss parameter from authorization servers that do
    // support the parameter" (RFC 9207 §2.4).
    if (!response.iss && announced) return invalid("no iss, though the provider announces it");
    return {};
}

ErrorCode authorization_error(std::string_view error) {
    using enum ErrorCode;
    // RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6, OpenID Connect Core Error Code
    // unmet_authentication_requirements.
    constexpr std::array<std::pair<std::string_view, ErrorCode>, 8> kKnown{{
        {"access_denied", access_denied},
        {"unmet_authentication_requirements", access_denied},
        {"login_required", login_required},
        {"interaction_required", interaction_required},
        {"account_selection_required", interaction_required},
        {"consent_required", interaction_required},
        {"temporarily_unavailable", unavailable},
        {"server_error", unavailable},
    }};
    for (const auto& [name, code] : kKnown) {
        if (name == error) return code;
    }
    return provider_error;
}

}  // namespace vestibule
