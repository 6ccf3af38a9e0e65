// The part of "provider" that says how a login is asked for.
#include <algorithm>
#include <array>

#include "config/settings.h"

namespace vestibule {
namespace {

// What makes a login ours and safe, and what has a setting or a query parameter of its own. "claims", "display",
// "audience", "kc_idp_hint" and the like are what authorizationParameters are for.
constexpr std::array<std::string_view, 26> kOurs{
    "response_type",
    "response_mode",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code",
    "code_challenge",
    "code_verifier",
    "request",
    "request_uri",
    "registration",
    "iss",
    "resource",
    "dpop_jkt",
    "prompt",
    "max_age",
    "acr_values",
    "login_hint",
    "ui_locales",
    "id_token_hint",
    "access_token",
};

bool is_ours(std::string_view name) {
    return name.starts_with("code_challenge") || std::find(kOurs.begin(), kOurs.end(), name) != kOurs.end();
}

bool is_scheme(std::string_view text) {  // RFC 3986 §3.1
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), [&](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    });
}

// "Its value MUST be an absolute URI … The URI MUST NOT include a fragment component" (RFC 8707 §2).
std::optional<std::string> problem_of_resource(std::string_view uri) {
    const std::size_t colon = std::min(uri.find(':'), uri.size());
    const bool printable = std::all_of(uri.begin(), uri.end(), [](char c) { return c > 0x20 && c < 0x7f; });
    if (uri.find('#') != uri.npos) return "must not have a fragment (#…)";
    if (!printable || colon + 1 >= uri.size() || !is_scheme(uri.substr(0, colon)))
        return "must be an absolute URI, such as \"https://api.example.com\"";
    return std::nullopt;
}

void read_resources(ObjectReader& from, std::vector<std::string>& resources) {
    if (!from.texts("resources", resources)) return;
    for (std::size_t i = 0; i < resources.size(); ++i) {
        if (const auto problem = problem_of_resource(resources[i]))
            from.problem("resources[" + std::to_string(i) + "]", *problem);
    }
}

void read_parameters(ObjectReader& from, std::vector<std::pair<std::string, std::string>>& parameters) {
    parameters = from.named_texts("authorizationParameters");
    for (const auto& [name, value] : parameters) {
        if (is_ours(name)) {
            from.problem("authorizationParameters." + name,
                         "is sent by Vestibule itself, or has a setting of its own; remove it");
        }
    }
}

}  // namespace

void read_authorization(ObjectReader& from, ProviderConfig& provider) {
    static const std::vector<Choice<PushedRequests>> kPushed = {
        {"auto", PushedRequests::when_required},
        {"always", PushedRequests::always},
        {"never", PushedRequests::never},
    };
    static const std::vector<Choice<ResponseMode>> kModes = {
        {"query", ResponseMode::query},
        {"form_post", ResponseMode::form_post},
    };
    static const std::vector<Refusal> kOtherModes = {
        {"fragment", "would hand the code to the page's script; use \"query\" or \"form_post\""},
        {"query.jwt", "is JARM, which is not in this build; use \"query\" or \"form_post\""},
        {"form_post.jwt", "is JARM, which is not in this build; use \"query\" or \"form_post\""},
        {"jwt", "is JARM, which is not in this build; use \"query\" or \"form_post\""},
    };
    static const std::vector<Choice<Dpop>> kDpop = {
        {"auto", Dpop::when_required},
        {"always", Dpop::always},
        {"never", Dpop::never},
    };
    from.choice("dpop", provider.dpop, kDpop);
    from.choice("pushedAuthorizationRequests", provider.pushed_requests, kPushed);
    from.choice("responseMode", provider.response_mode, kModes, kOtherModes);
    read_resources(from, provider.resources);
    read_parameters(from, provider.authorization_parameters);
}

}  // namespace vestibule
