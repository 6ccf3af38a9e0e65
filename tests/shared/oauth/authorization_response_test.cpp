#include "oauth/authorization_response.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/text.h"

using namespace vestibule;

namespace {

Result<AuthorizationResponse> parsed(std::string_view query) {
    return parse_authorization_response(Form::parse(query).value());
}

bool invalid(std::string_view query) {
    const auto response = parsed(query);
    return !response && response.error().code == ErrorCode::flow_invalid;
}

bool issuer_passes(std::string_view query, bool announced) {
    const auto checked = check_response_issuer(parsed(query).value(), "https://id.example", announced);
    if (!checked) cr_expect(checked.error().code == ErrorCode::flow_invalid);
    return checked.has_value();
}

}  // namespace

Test(authorization_response, a_code_is_read) {
    const auto response = parsed("code=c-1&state=s-1&iss=https%3A%2F%2Fid.example");
    cr_assert(response.has_value());
    cr_expect(eq(str, text(response->code->reveal()), text("c-1")));
    cr_expect(eq(str, text(response->state), text("s-1")));
    cr_expect(response->iss == "https://id.example");
    cr_expect(not(response->error.has_value()));
}

Test(authorization_response, an_error_is_read) {
    const auto response = parsed("error=access_denied&error_description=%3Cscript%3E&state=s-1");
    cr_assert(response.has_value());
    cr_expect(response->error == "access_denied");
    cr_expect(not(response->code.has_value()));
}

Test(authorization_response, C07_a_parameter_that_comes_twice_is_refused) {
    for (const auto* query :
         {"code=a&code=b&state=s", "code=a&code=a&state=s", "code=a&state=s&state=t", "code=a&state=s&iss=x&iss=y",
          "error=a&error=b&state=s", "code=a&code=&state=s", "code=a&c%6fde=b&state=s", "code=a&state=s&x=1&x=2"})
        cr_expect(invalid(query), "%s", query);
}

Test(authorization_response, C08_both_or_neither_of_code_and_error_is_refused) {
    for (const auto* query : {"code=a&error=b&state=s", "state=s", "code=&state=s", "code=&error=&state=s", ""})
        cr_expect(invalid(query), "%s", query);
}

Test(authorization_response, C01_a_missing_state_is_refused) {
    for (const auto* query : {"code=a", "code=a&state=", "error=a"}) cr_expect(invalid(query), "%s", query);
}

Test(authorization_response, C08_an_empty_error_beside_a_code_counts_as_absent) {
    cr_assert(parsed("code=a&error=&state=s").has_value());
}

Test(authorization_response, C09_unknown_parameters_are_ignored) {
    cr_assert(parsed("code=a&state=s&session_state=x.y&scope=openid&authuser=0&prompt=none").has_value());
}

Test(authorization_response, C04_C05_iss_must_be_ours_and_be_there_where_it_is_announced) {
    const auto* ours = "code=a&state=s&iss=https%3A%2F%2Fid.example";
    const auto* other = "code=a&state=s&iss=https%3A%2F%2Fid.example%2F";
    const auto* none = "code=a&state=s";
    cr_expect(issuer_passes(ours, true));
    cr_expect(issuer_passes(ours, false));
    cr_expect(issuer_passes(none, false));
    cr_expect(not(issuer_passes(none, true)));
    cr_expect(not(issuer_passes(other, true)));
    cr_expect(not(issuer_passes(other, false)));
    cr_expect(not(issuer_passes("error=access_denied&state=s&iss=https%3A%2F%2Fevil.example", false)));
    cr_expect(not(issuer_passes("error=access_denied&state=s", true)));
    cr_expect(not(issuer_passes("code=a&state=s&iss=", true)), "empty is absent");
}

Test(authorization_response, C10_errors_fall_into_our_closed_vocabulary) {
    using enum ErrorCode;
    const std::pair<const char*, ErrorCode> table[] = {
        {"access_denied", access_denied},
        {"unmet_authentication_requirements", access_denied},
        {"login_required", login_required},
        {"interaction_required", interaction_required},
        {"consent_required", interaction_required},
        {"account_selection_required", interaction_required},
        {"temporarily_unavailable", unavailable},
        {"server_error", unavailable},
        {"invalid_request", provider_error},
        {"invalid_scope", provider_error},
        {"request_not_supported", provider_error},
        {"Access_Denied", provider_error},
        {"<script>alert(1)</script>", provider_error},
        {"", provider_error},
    };
    for (const auto& [error, code] : table) cr_expect(authorization_error(error) == code, "%s", error);
}
