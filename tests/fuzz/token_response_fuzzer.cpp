// The token endpoint's answers, errors and Retry-After (oauth/token_response.h).
#include "oauth/token_response.h"

#include "tests/fuzz/outbound_response.h"

using namespace vestibule;
using fuzz::require;

namespace {

constexpr WallTime kNow{Seconds{1'767'225'600}};
constexpr Seconds kHundredYears{100LL * 365 * 24 * 60 * 60};

void check_tokens(const TokenResponse& tokens, int status) {
    require(status == 200, "tokens come with 200 only");
    require(!tokens.access_token.empty() && fuzz::is_visible_ascii(tokens.access_token.reveal()), "a token to send");
    require(!tokens.refresh_token ||
                (!tokens.refresh_token->empty() && fuzz::is_visible_ascii(tokens.refresh_token->reveal())),
            "a refresh token to send, or none");
    require(!tokens.id_token || !tokens.id_token->empty(), "an ID token or none");
    require(!tokens.expires_in || (tokens.expires_in->count() > 0 && *tokens.expires_in <= kHundredYears),
            "a lifetime");
}

}  // namespace

FUZZ_TARGET(token_response) {
    const OutboundResponse response = fuzz::outbound_response(input);
    if (const auto tokens = parse_token_response(response, TokenType::bearer)) {
        check_tokens(*tokens, response.status);
    } else {
        require(tokens.error().code == ErrorCode::exchange_failed, "one error");
    }
    if (const auto error = token_error(response)) {
        require(response.status == 400 || response.status == 401, "an error has its status");
        require(!error->empty() && error->size() <= 64 && fuzz::is_visible_ascii(*error), "a short code");
    }
    if (const auto pause = retry_after(response, kNow))
        require(pause->count() >= 0 && *pause <= std::chrono::hours{1}, "a pause between nothing and an hour");
}
