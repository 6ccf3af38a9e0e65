#include "oauth/authorization_request.h"

#include "oauth/scope.h"

namespace vestibule {
namespace {

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        if (!text.empty()) text += ' ';
        text += word;
    }
    return text;
}

// "When offline access is requested, a prompt parameter value of consent MUST be used unless other conditions for
// processing the request permitting offline access … are in place" (Core §11).
std::optional<std::string> prompt_of(const AuthorizationRequest& request) {
    if (request.prompt) return request.prompt;
    if (has_scope(request.scope, "offline_access")) return "consent";
    return std::nullopt;
}

void add_if(Form& form, const char* name, const std::optional<std::string>& value) {
    if (value && !value->empty()) form.add(name, *value);
}

}  // namespace

Form authorization_parameters(const AuthorizationRequest& request) {
    Form form;
    form.add("response_type", "code")
        .add("client_id", request.client_id)
        .add("redirect_uri", request.redirect_uri)
        .add("scope", request.scope)
        .add("state", request.state)
        .add("nonce", request.nonce)
        .add("code_challenge", request.code_challenge)
        .add("code_challenge_method", "S256");
    // Sending the default is NOT RECOMMENDED (Core §3.1.2.1, checklist L18).
    if (request.response_mode == ResponseMode::form_post) form.add("response_mode", "form_post");
    add_if(form, "prompt", prompt_of(request));
    if (request.max_age) form.add("max_age", std::to_string(request.max_age->count()));
    add_if(form, "acr_values", joined(request.acr_values));
    add_if(form, "login_hint", request.login_hint);
    add_if(form, "ui_locales", request.ui_locales);
    if (request.id_token_hint) form.add("id_token_hint", request.id_token_hint->reveal());
    // "Multiple resource parameters MAY be used" (RFC 8707 §2, checklist L42).
    for (const std::string& resource : request.resources) form.add("resource", resource);
    add_if(form, "dpop_jkt", request.dpop_jkt);
    for (const auto& [name, value] : request.more) form.add(name, value);
    return form;
}

std::string authorization_url(const ProviderMetadata& provider, const AuthorizationRequest& request) {
    // "The endpoint URI MAY include … a query component, which MUST be retained" (RFC 6749 §3.1).
    return with_query(provider.authorization_endpoint, authorization_parameters(request));
}

}  // namespace vestibule
