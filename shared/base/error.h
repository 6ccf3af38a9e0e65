// The closed list of everything that can go wrong for a caller of Vestibule, and the value that carries one of them.
//
// Each code maps to one stable name, one HTTP status and one title, in error.cpp and nowhere else (DESIGN §1 "Errors").
// `detail` is for the log only: it never leaves the process in a response, and it never holds a secret.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace vestibule {

enum class ErrorCode {
    // For programs: application/problem+json.
    bad_request,
    bad_return_to,
    no_session,
    session_ended,
    reauthentication_required,
    csrf_rejected,
    forbidden,
    no_such_route,
    method_not_allowed,
    body_too_large,
    rate_limited,
    headers_too_large,
    upstream_unreachable,
    upstream_invalid,
    upstream_timeout,
    store_unavailable,
    provider_unavailable,
    refresh_busy,
    internal,
    // For a person coming back from the provider: the callback's `auth_error` vocabulary.
    access_denied,
    login_required,
    interaction_required,
    flow_expired,
    flow_invalid,
    provider_error,
    exchange_failed,
    identity_rejected,
    unavailable,
};

// What the outside is told about a code.
struct ErrorFacts {
    ErrorCode code;
    std::string_view name;   // stable, snake_case, part of the HTTP contract
    int status;              // the one HTTP status
    std::string_view title;  // one generic English sentence, safe to show
    bool retry_later;        // the response carries Retry-After
};

const ErrorFacts& facts(ErrorCode code);

// Every code there is, for tests and documentation checks.
const std::array<ErrorFacts, 28>& all_error_facts();

struct Error {
    ErrorCode code = ErrorCode::internal;
    std::string detail;                               // for the log; no secrets
    std::optional<std::chrono::seconds> retry_after;  // overrides the default of a code that is retried later
};

}  // namespace vestibule
