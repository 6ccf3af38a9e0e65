#include "oauth/end_session_request.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/text.h"

using namespace vestibule;

namespace {

EndSessionRequest request(std::optional<Secret> hint = Secret("h.i.t")) {
    return {std::move(hint), "spa", "https://app.example/"};
}

std::string url(std::string endpoint, const EndSessionRequest& request) {
    ProviderMetadata provider;
    provider.end_session_endpoint = std::move(endpoint);
    return end_session_url(provider, request).value();
}

}  // namespace

Test(end_session_request, O03_O05_O06_hint_client_and_return_are_sent) {
    cr_assert(eq(str, url("https://id.example/end", request()),
                 text("https://id.example/end?id_token_hint=h.i.t&client_id=spa"
                      "&post_logout_redirect_uri=https%3A%2F%2Fapp.example%2F")));
}

Test(end_session_request, O06_without_a_hint_the_client_is_still_named) {
    cr_assert(eq(str, url("https://id.example/end", request(std::nullopt)),
                 text("https://id.example/end?client_id=spa&post_logout_redirect_uri=https%3A%2F%2Fapp.example%2F")));
}

Test(end_session_request, O09_the_query_of_the_endpoint_is_kept) {
    cr_assert(url("https://id.example/end?p=b2c", request()).starts_with("https://id.example/end?p=b2c&id_token"));
}

Test(end_session_request, O10_no_endpoint_no_url) {
    cr_assert(not(end_session_url(ProviderMetadata{}, request()).has_value()));
}

Test(end_session_request, O04_a_hint_too_long_for_a_url_is_left_out) {
    const std::string made = url("https://id.example/end", request(Secret(std::string(7500, 'a'))));
    cr_expect(made.find("id_token_hint") == std::string::npos);
    cr_expect(made.find("client_id=spa") != std::string::npos);
    cr_expect(url("https://id.example/end", request(Secret(std::string(7000, 'a')))).size() > 7000);
}
