#include "provider/refresh_verdict.h"

#include "oauth/json_body.h"
#include "oauth/token_response.h"
#include "provider/loggable.h"

namespace vestibule {
namespace {

bool asks_for_patience(const OutboundResponse& response) {
    return response.status == 408 || response.status == 429 || response.status >= 500;
}

// Codes of the authorization endpoint (RFC 6749 §4.1.2.1) that some send from here as well, with status 400.
bool is_passing(const std::string& error) { return error == "temporarily_unavailable" || error == "server_error"; }

}  // namespace

std::optional<RefreshVerdict> refusal(const OutboundResponse& response, WallTime now) {
    if (response.status == 200) return std::nullopt;
    const std::string status = "status " + std::to_string(response.status);
    const ProviderTrouble trouble{status, retry_after(response, now)};
    const bool is_refusal = response.status >= 400 && response.status < 500 && !asks_for_patience(response);
    // A page of HTML comes from something in between, not from the token endpoint.
    if (!is_refusal || !json_object(response.headers, response.body)) return trouble;
    const auto error = token_error(response);
    // "invalid_grant: The provided … refresh token is invalid, expired, revoked …" (RFC 6749 §5.2).
    if (error == "invalid_grant") return RefreshTokenDead{};
    if (error && is_passing(*error)) return trouble;
    return RefreshNotPossible{status + (error ? ", " + loggable(*error) : "")};
}

}  // namespace vestibule
