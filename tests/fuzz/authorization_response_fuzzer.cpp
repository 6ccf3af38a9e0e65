// What the provider's redirect back carries (oauth/authorization_response.h).
#include "oauth/authorization_response.h"

#include "tests/fuzz/fuzz_target.h"

using namespace vestibule;
using fuzz::require;

namespace {

bool is_in_the_vocabulary(ErrorCode code) {
    using enum ErrorCode;
    return code == access_denied || code == login_required || code == interaction_required || code == provider_error ||
           code == unavailable;
}

}  // namespace

FUZZ_TARGET(authorization_response) {
    const auto form = Form::parse(input);
    if (!form) return;
    const auto response = parse_authorization_response(*form);
    if (!response) return require(response.error().code == ErrorCode::flow_invalid, "one error");
    require(!response->state.empty(), "a state");
    require(response->code.has_value() != response->error.has_value(), "a code or an error");
    require(!response->code || !response->code->empty(), "no empty code");
    require(!response->error || is_in_the_vocabulary(authorization_error(*response->error)), "a word of ours");
    const bool is_from_us = check_response_issuer(*response, "https://id.example", true).has_value();
    require(is_from_us == (response->iss == "https://id.example"), "the issuer to the octet");
}
