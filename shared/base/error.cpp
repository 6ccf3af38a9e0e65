#include "base/error.h"

#include <cstdlib>

namespace vestibule {
namespace {

using enum ErrorCode;

constexpr std::array<ErrorFacts, 28> kFacts{{
    {bad_request, "bad_request", 400, "The request is malformed.", false},
    {bad_return_to, "bad_return_to", 400, "returnTo must be a path on this site.", false},
    {no_session, "no_session", 401, "Nobody is logged in.", false},
    {session_ended, "session_ended", 401, "The session has ended. Log in again.", false},
    {reauthentication_required, "reauthentication_required", 401, "Log in again to do this.", false},
    {csrf_rejected, "csrf_rejected", 403, "The request did not come from this site.", false},
    {forbidden, "forbidden", 403, "This is not allowed.", false},
    {no_such_route, "no_such_route", 404, "There is nothing here.", false},
    {method_not_allowed, "method_not_allowed", 405, "The method is not allowed here.", false},
    {body_too_large, "body_too_large", 413, "The request body is too large.", false},
    {rate_limited, "rate_limited", 429, "Too many requests. Try again later.", true},
    {headers_too_large, "headers_too_large", 431, "The request header is too large.", false},
    {upstream_unreachable, "upstream_unreachable", 502, "The service behind this one cannot be reached.", false},
    {upstream_invalid, "upstream_invalid", 502, "The service behind this one gave an invalid answer.", false},
    {upstream_timeout, "upstream_timeout", 504, "The service behind this one took too long.", false},
    {store_unavailable, "store_unavailable", 503, "Sessions cannot be read just now. Try again.", true},
    {provider_unavailable, "provider_unavailable", 503, "The login provider cannot be reached just now. Try again.",
     true},
    {refresh_busy, "refresh_busy", 503, "The session is being renewed. Try again.", true},
    {internal, "internal", 500, "Something went wrong here.", false},
    {access_denied, "access_denied", 403, "The login was refused.", false},
    {login_required, "login_required", 401, "The provider asks for a login.", false},
    {interaction_required, "interaction_required", 401, "The provider needs to ask something.", false},
    {flow_expired, "flow_expired", 400, "The login took too long. Start again.", false},
    {flow_invalid, "flow_invalid", 400, "This login was not started here.", false},
    {provider_error, "provider_error", 502, "The provider answered with an error.", false},
    {exchange_failed, "exchange_failed", 502, "The login could not be completed with the provider.", false},
    {identity_rejected, "identity_rejected", 502, "The provider's statement of identity was not accepted.", false},
    {unavailable, "unavailable", 503, "Logging in is not possible just now. Try again.", true},
}};

}  // namespace

const ErrorFacts& facts(ErrorCode code) {
    for (const ErrorFacts& row : kFacts) {
        if (row.code == code) return row;
    }
    std::abort();  // unreachable: the test walks the whole enumeration
}

const std::array<ErrorFacts, 28>& all_error_facts() { return kFacts; }

}  // namespace vestibule
