#include "functions/callback/read_response.h"

#include "codec/form.h"

namespace vestibule {
namespace {

constexpr std::size_t kLargestForm = 16 * 1024;

tl::unexpected<Error> invalid(const char* what) { return failure(ErrorCode::flow_invalid, what); }

bool is_form(const Request& request) {
    constexpr std::string_view kForm = "application/x-www-form-urlencoded";
    const std::string_view type = request.headers.single("Content-Type").value_or("");
    if (!equal_ignoring_case(type.substr(0, kForm.size()), kForm)) return false;
    const std::string_view rest = type.substr(kForm.size());
    return rest.empty() || rest.front() == ';' || rest.front() == ' ';
}

bool carries_only_an_error(const Request& request) {
    const auto query = Form::parse(request.query);
    return query && query->has("error") && !query->has("code");
}

}  // namespace

std::string_view method_of(ResponseMode mode) { return mode == ResponseMode::form_post ? "POST" : "GET"; }

bool may_carry_response(const Request& request, ResponseMode mode) {
    if (request.method == method_of(mode)) return true;
    return request.method == "GET" && carries_only_an_error(request);
}

Result<AuthorizationResponse> read_response(const Request& request) {
    const bool posted = request.method == "POST";
    if (posted && !is_form(request)) return invalid("the body is no form");
    const auto text = posted ? read_body(request, kLargestForm) : Result<std::string>(request.query);
    if (!text) return invalid("the body cannot be read, or is too large");
    const auto parameters = Form::parse(*text);
    if (!parameters) return invalid("the parameters do not parse");
    return parse_authorization_response(*parameters);
}

}  // namespace vestibule
