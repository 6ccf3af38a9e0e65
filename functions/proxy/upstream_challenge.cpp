#include "functions/proxy/upstream_challenge.h"

#include <algorithm>

#include "codec/form.h"
#include "oauth/dpop_nonce.h"
#include "oauth/www_authenticate.h"

namespace vestibule {
namespace {

constexpr std::size_t kMaxAcrOctets = 256;
constexpr std::size_t kMaxAgeDigits = 9;

bool is_acr_values(std::string_view text) {
    return text.find_first_not_of(' ') != text.npos && text.size() <= kMaxAcrOctets &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; });
}

bool is_max_age(std::string_view text) {
    return !text.empty() && text.size() <= kMaxAgeDigits &&
           text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<std::string> parameter(const Challenge& challenge, std::string_view name,
                                     bool (*is_valid)(std::string_view)) {
    const auto value = challenge.find(name);
    if (!value || !is_valid(*value)) return std::nullopt;
    return std::string(*value);
}

UpstreamChallenge read(const Challenge& challenge) {
    const auto error = challenge.find("error");
    if (error == "invalid_token") return {Complaint::token_rejected, {}, {}};
    if (error != "insufficient_user_authentication") return {};
    return {Complaint::stronger_login, parameter(challenge, "acr_values", is_acr_values),
            parameter(challenge, "max_age", is_max_age)};
}

}  // namespace

// Whatever else an upstream complains of may look different once it has its nonce.
UpstreamChallenge read_challenge(const HeaderFields& upstream) {
    if (challenges_for_dpop_nonce(upstream)) return {Complaint::nonce_wanted, {}, {}};
    for (const std::string_view value : upstream.all("WWW-Authenticate")) {
        for (const Challenge& challenge : parse_www_authenticate(value)) {
            if (challenge.scheme != "bearer" && challenge.scheme != "dpop") continue;
            const UpstreamChallenge result = read(challenge);
            if (result.complaint != Complaint::something_else) return result;
        }
    }
    return {};
}

std::string login_url(std::string_view login_path, const UpstreamChallenge& challenge) {
    Form parameters;
    if (challenge.acr_values) parameters.add("acr_values", *challenge.acr_values);
    if (challenge.max_age) parameters.add("max_age", *challenge.max_age);
    return parameters.parameters().empty() ? std::string(login_path) : with_query(login_path, parameters);
}

}  // namespace vestibule
