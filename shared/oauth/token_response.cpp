#include "oauth/token_response.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "oauth/json_body.h"

namespace vestibule {
namespace {

// A hundred years: more is no lifetime but a mistake, and nothing below it overflows when added to a time.
constexpr double kLongestLifetime = 100.0 * 365 * 24 * 60 * 60;
constexpr std::size_t kLongestErrorCode = 64;

tl::unexpected<Error> failed(std::string detail) {
    return failure(ErrorCode::exchange_failed, "token response: " + std::move(detail));
}

// A secret that is there: a string with something in it. "null" counts as absent (checklist C23).
std::optional<Secret> secret_at(const Json& object, std::string_view name) {
    auto text = object.string_at(name);
    if (!text || text->empty()) return std::nullopt;
    return Secret(std::move(*text));
}

// access-token = 1*VSCHAR, refresh-token = 1*VSCHAR (RFC 6749 appendix A.12, A.17): nothing that could end a header.
bool is_sendable(const Secret& token) {
    const std::string& text = token.reveal();
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

std::optional<Secret> sendable_at(const Json& object, std::string_view name) {
    auto secret = secret_at(object, name);
    return secret && is_sendable(*secret) ? std::move(secret) : std::nullopt;
}

bool present(const Json& object, std::string_view name) {
    const Json* member = object.find(name);
    return member != nullptr && !member->is_null();
}

// Digits only: some providers send the number as a string (checklist C24).
std::optional<double> number_in(const std::string& text) {
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc::result_out_of_range) return HUGE_VAL;
    if (error != std::errc{} || stop != end) return std::nullopt;
    return static_cast<double>(number);
}

std::optional<double> stated_lifetime(const Json& answer, std::string_view name) {
    const Json* member = answer.find(name);
    if (member == nullptr) return std::nullopt;
    if (member->is_number()) return member->as_double();
    if (member->is_string()) return number_in(member->as_string());
    return std::nullopt;
}

// Some providers state 0 where they mean "it does not expire": taken as no statement, for a token that is over when it
// comes would be refreshed with every request.
Result<std::optional<Seconds>> lifetime(const Json& answer) {
    const auto stated = stated_lifetime(answer, "expires_in");
    if (!stated) return std::nullopt;
    if (!(*stated >= 0 && *stated <= kLongestLifetime)) return failed("expires_in is negative or absurd");
    if (*stated < 1) return std::nullopt;
    return Seconds{static_cast<Seconds::rep>(*stated)};
}

// No standard every provider keeps to: what makes no sense says nothing.
std::optional<Seconds> limit(const Json& answer, std::string_view name) {
    const auto stated = stated_lifetime(answer, name);
    if (!stated || !(*stated >= 1 && *stated <= kLongestLifetime)) return std::nullopt;
    return Seconds{static_cast<Seconds::rep>(*stated)};
}

std::optional<Seconds> refresh_limit(const Json& answer) {
    std::optional<Seconds> shortest;
    for (const auto* name : {"refresh_expires_in", "refresh_token_expires_in", "refresh_token_timeout"}) {
        const auto stated = limit(answer, name);
        if (stated && (!shortest || *stated < *shortest)) shortest = stated;
    }
    return shortest;
}

// RFC 6749 §5.2: "Values for the error parameter MUST NOT include characters outside the set %x20-21 / %x23-5B /
// %x5D-7E".
bool is_error_code(std::string_view text) {
    return !text.empty() && text.size() <= kLongestErrorCode && std::all_of(text.begin(), text.end(), [](char c) {
        return c >= 0x20 && c <= 0x7e && c != '"' && c != '\\';
    });
}

}  // namespace

Result<TokenResponse> parse_token_response(const OutboundResponse& response, TokenType asked_for) {
    if (response.status != 200) return failed("status " + std::to_string(response.status));
    const auto answer = json_object(response.headers, response.body);
    if (!answer) return failed(answer.error().detail);

    auto access_token = secret_at(*answer, "access_token");
    if (!access_token || !is_sendable(*access_token)) return failed("no access_token");
    // "The client MUST NOT use an access token if it does not understand the token type" (RFC 6749 §7.1), "value is
    // case insensitive" (§5.1).
    const std::string_view expected = asked_for == TokenType::dpop ? "DPoP" : "Bearer";
    if (!equal_ignoring_case(answer->string_at("token_type").value_or(std::string{}), expected))
        return failed("token_type is not " + std::string(expected));
    auto expires_in = lifetime(*answer);
    if (!expires_in) return failure(std::move(expires_in.error()));
    for (const auto* name : {"refresh_token", "id_token"}) {
        if (present(*answer, name) && !answer->string_at(name)) return failed(std::string(name) + " is no string");
    }
    auto refresh_token = secret_at(*answer, "refresh_token");
    if (refresh_token && !is_sendable(*refresh_token)) return failed("refresh_token has other characters");
    return TokenResponse{std::move(*access_token),
                         *expires_in,
                         std::move(refresh_token),
                         secret_at(*answer, "id_token"),
                         answer->string_at("scope"),
                         refresh_limit(*answer),
                         limit(*answer, "authorization_expires_in")};
}

RefusedTokens tokens_told_in(const OutboundResponse& response) {
    const auto answer = Json::parse(response.body);
    if (!answer || !answer->is_object()) return {};
    return {sendable_at(*answer, "access_token"), sendable_at(*answer, "refresh_token")};
}

std::optional<std::string> token_error(const OutboundResponse& response) {
    if (response.status != 400 && response.status != 401) return std::nullopt;
    const auto answer = json_object(response.headers, response.body);
    if (!answer) return std::nullopt;
    auto error = answer->string_at("error");
    return error && is_error_code(*error) ? error : std::nullopt;
}

}  // namespace vestibule
