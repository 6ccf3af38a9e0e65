#include "oauth/client_authentication.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "codec/base64url.h"
#include "tests/support/text.h"

using namespace vestibule;

namespace {

ProviderConfig client(ClientAuthMethod method, std::string id = "spa", std::string secret = "s3cret") {
    ProviderConfig config;
    config.client_id = std::move(id);
    config.auth = {method, Secret(std::move(secret))};
    return config;
}

std::string header(const OutboundRequest& request, const char* name) {
    return std::string(request.headers.single(name).value_or("(none)"));
}

OutboundRequest post(const ProviderConfig& config) {
    Form form;
    form.add("grant_type", "refresh_token");
    return authenticated_post("https://id.example/token", form, config);
}

}  // namespace

Test(client_authentication, A01_basic_is_in_the_header_and_nowhere_else) {
    const auto request = post(client(ClientAuthMethod::client_secret_basic));
    cr_expect(eq(str, text(request.method), text("POST")));
    cr_expect(eq(str, header(request, "Authorization"), "Basic " + base64_encode("spa:s3cret")));
    cr_expect(eq(str, header(request, "Content-Type"), text("application/x-www-form-urlencoded")));
    cr_expect(eq(str, header(request, "Accept"), text("application/json")));
    cr_expect(eq(str, text(request.body), text("grant_type=refresh_token")));
}

Test(client_authentication, A01_A04_post_is_in_the_body_and_nowhere_else) {
    const auto request = post(client(ClientAuthMethod::client_secret_post));
    cr_expect(eq(str, header(request, "Authorization"), text("(none)")));
    cr_expect(eq(str, text(request.body), text("grant_type=refresh_token&client_id=spa&client_secret=s3cret")));
    cr_expect(eq(str, text(request.url), text("https://id.example/token")));
}

Test(client_authentication, A03_id_and_secret_are_form_encoded_before_they_are_joined) {
    const auto request = post(client(ClientAuthMethod::client_secret_basic, "https://app:1", "a:b%c+d é/="));
    cr_assert(eq(str, header(request, "Authorization"),
                 "Basic " + base64_encode("https%3A%2F%2Fapp%3A1:a%3Ab%25c%2Bd+%C3%A9%2F%3D")));
}
