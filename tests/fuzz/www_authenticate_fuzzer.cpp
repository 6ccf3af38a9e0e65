// Challenges of upstreams, and what the proxy makes of them (oauth/www_authenticate.h,
// functions/proxy/upstream_challenge.h).
#include "oauth/www_authenticate.h"

#include "codec/form.h"
#include "functions/proxy/upstream_challenge.h"
#include "tests/fuzz/fuzz_target.h"

using namespace vestibule;
using fuzz::require;

namespace {

bool is_lower_case(std::string_view text) { return text.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == text.npos; }

void check_login_url(const UpstreamChallenge& challenge) {
    const std::string url = login_url("/auth/login", challenge);
    require(url.starts_with("/auth/login") && is_valid_field_value(url), "our login");
    const auto query = Form::parse(std::string_view(url).substr(std::min(url.find('?'), url.size() - 1) + 1));
    require(query.has_value(), "a query that can be read");
    require(query->single("acr_values").value() == challenge.acr_values, "the asked acr_values");
    require(query->single("max_age").value() == challenge.max_age, "the asked max_age");
    require(query->parameters().size() <= 2, "and nothing else");
}

}  // namespace

FUZZ_TARGET(www_authenticate) {
    const auto challenges = parse_www_authenticate(input);
    require(challenges.size() <= 16, "at most 16 challenges");
    for (const Challenge& challenge : challenges) {
        require(is_valid_field_name(challenge.scheme) && is_lower_case(challenge.scheme), "a scheme");
        require(challenge.parameters.size() <= 16, "at most 16 parameters");
        for (const auto& [name, value] : challenge.parameters)
            require(is_valid_field_name(name) && is_lower_case(name), "a parameter's name");
    }
    const UpstreamChallenge challenge = read_challenge({{"WWW-Authenticate", std::string(input)}});
    require(challenge.complaint == Complaint::stronger_login || (!challenge.acr_values && !challenge.max_age),
            "nothing is asked without a reason");
    check_login_url(challenge);
}
