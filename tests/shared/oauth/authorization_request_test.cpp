#include "oauth/authorization_request.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "codec/form.h"
#include "tests/support/text.h"

using namespace vestibule;

namespace {

ProviderMetadata provider(std::string endpoint = "https://id.example/authorize") {
    ProviderMetadata metadata;
    metadata.authorization_endpoint = std::move(endpoint);
    return metadata;
}

AuthorizationRequest request() {
    AuthorizationRequest request;
    request.client_id = "spa";
    request.redirect_uri = "https://app.example/auth/callback";
    request.scope = "openid profile";
    request.state = "st";
    request.nonce = "no";
    request.code_challenge = "ch";
    return request;
}

Form parameters(const std::string& url) { return Form::parse(url.substr(url.find('?') + 1)).value(); }

std::string parameter(const AuthorizationRequest& request, const char* name) {
    return parameters(authorization_url(provider(), request)).single(name).value().value_or("(none)");
}

}  // namespace

Test(authorization_request, L02_L04_L10_L12_L18_exactly_these_parameters_are_sent) {
    cr_assert(eq(str, authorization_url(provider(), request()),
                 text("https://id.example/authorize?response_type=code&client_id=spa&redirect_uri=https%3A%2F%2F"
                      "app.example%2Fauth%2Fcallback&scope=openid+profile&state=st&nonce=no&code_challenge=ch"
                      "&code_challenge_method=S256")));
}

Test(authorization_request, L17_the_query_of_the_endpoint_is_kept) {
    const std::string url = authorization_url(provider("https://id.example/a?x=1"), request());
    cr_assert(url.starts_with("https://id.example/a?x=1&response_type=code&"));
    cr_assert(eq(sz, static_cast<std::size_t>(std::count(url.begin(), url.end(), '?')), 1u));
}

Test(authorization_request, L17_values_survive_the_encoding) {
    AuthorizationRequest odd = request();
    odd.login_hint = "a+b &c=d%20é\r\n";
    cr_assert(eq(str, parameter(odd, "login_hint"), text("a+b &c=d%20é\r\n")));
}

Test(authorization_request, L19_offline_access_asks_for_consent_unless_a_prompt_is_asked_for) {
    AuthorizationRequest offline = request();
    cr_expect(eq(str, parameter(offline, "prompt"), text("(none)")));
    offline.scope = "openid offline_access";
    cr_expect(eq(str, parameter(offline, "prompt"), text("consent")));
    offline.prompt = "login";
    cr_expect(eq(str, parameter(offline, "prompt"), text("login")));
    offline.prompt.reset();
    offline.scope = "openid offline_access_not";
    cr_expect(eq(str, parameter(offline, "prompt"), text("(none)")));
}

Test(authorization_request, L20_what_is_asked_for_is_sent) {
    AuthorizationRequest asked = request();
    asked.max_age = Seconds{0};
    asked.acr_values = {"gold", "silver"};
    asked.ui_locales = "de en";
    cr_expect(eq(str, parameter(asked, "max_age"), text("0")));
    cr_expect(eq(str, parameter(asked, "acr_values"), text("gold silver")));
    cr_expect(eq(str, parameter(asked, "ui_locales"), text("de en")));
}

Test(authorization_request, L18_L42_L43_optional_parameters_are_there_only_where_wanted) {
    AuthorizationRequest plain = request();
    for (const char* name : {"response_mode", "resource", "id_token_hint"}) {
        cr_expect(parameter(plain, name) == "(none)", "%s", name);
    }
    plain.response_mode = ResponseMode::form_post;
    plain.resources = {"urn:a", "https://b.example/?x=1&y=2"};
    plain.id_token_hint = Secret("a.b.c");
    plain.more = {{"audience", "urn:c"}};
    const std::string encoded = authorization_parameters(plain).encode();
    cr_expect(encoded.ends_with("&response_mode=form_post&id_token_hint=a.b.c&resource=urn%3Aa"
                                "&resource=https%3A%2F%2Fb.example%2F%3Fx%3D1%26y%3D2&audience=urn%3Ac"),
              "%s", encoded.c_str());
}
