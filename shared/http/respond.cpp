#include "http/respond.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "base/clock.h"
#include "http/error_page.h"

namespace vestibule {
namespace {

constexpr Seconds kDefaultRetry{5};
// Belt and braces: nothing of ours is stored, and were it, it would be per cookie and per kind of caller (K05, S43).
constexpr std::string_view kVary = "Cookie, Origin, Sec-Fetch-Site";

void add_if_missing(HeaderFields& headers, std::string_view name, std::string_view value) {
    if (!headers.find(name)) headers.add(name, value);
}

bool is_html(const HeaderFields& headers) {
    constexpr std::string_view kHtml = "text/html";
    const std::string_view type = headers.find("Content-Type").value_or("");
    return equal_ignoring_case(type.substr(0, kHtml.size()), kHtml);
}

Response response_with(int status, std::string_view content_type, std::string body) {
    Response response{status, {{"Content-Type", std::string(content_type)}}, std::move(body)};
    add_security_headers(response.headers);
    return response;
}

void add_error_headers(const Error& error, HeaderFields& headers) {
    const ErrorFacts& known = facts(error.code);
    if (known.retry_later) {
        const Seconds wait = std::max(error.retry_after.value_or(kDefaultRetry), Seconds{1});
        headers.add("Retry-After", std::to_string(wait.count()));
    }
    // A scheme that no browser knows, so that none asks for a password (checklist H19).
    if (known.status == 401) headers.add("WWW-Authenticate", "Session error=\"" + std::string(known.name) + '"');
}

bool contains_ignoring_case(std::string_view text, std::string_view word) {
    for (std::size_t i = 0; i + word.size() <= text.size(); ++i) {
        if (equal_ignoring_case(text.substr(i, word.size()), word)) return true;
    }
    return false;
}

bool announces_speculation(std::string_view purpose) {
    return contains_ignoring_case(purpose, "prefetch") || contains_ignoring_case(purpose, "prerender");
}

}  // namespace

void add_security_headers(HeaderFields& headers) {
    add_if_missing(headers, "Cache-Control", "no-store");
    add_if_missing(headers, "Content-Security-Policy",
                   "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
    add_if_missing(headers, "Cross-Origin-Resource-Policy", "same-origin");
    add_if_missing(headers, "Referrer-Policy", "no-referrer");
    add_if_missing(headers, "Vary", kVary);
    add_if_missing(headers, "X-Content-Type-Options", "nosniff");
    if (is_html(headers)) add_if_missing(headers, "Cross-Origin-Opener-Policy", "same-origin");
}

Response json_response(const Json& body, int status) { return response_with(status, "application/json", body.print()); }

Response problem_response(const Error& error, const Json& extra) {
    const ErrorFacts& known = facts(error.code);
    Json body =
        Json::object({{"type", "about:blank"}, {"title", known.title}, {"status", known.status}, {"code", known.name}});
    for (const auto& [name, value] : extra.as_object()) body.set(name, value);
    Response response = response_with(known.status, "application/problem+json", body.print());
    add_error_headers(error, response.headers);
    return response;
}

Response error_page(const Error& error, std::string_view app_url) {
    const ErrorFacts& known = facts(error.code);
    Response response{known.status,
                      {{"Content-Type", "text/html; charset=utf-8"}, {"Content-Security-Policy", error_page_policy()}},
                      error_page_html(known, app_url)};
    add_security_headers(response.headers);
    add_error_headers(error, response.headers);
    return response;
}

Response redirect_response(std::string_view absolute_url) {
    const bool is_absolute = absolute_url.starts_with("https://") || absolute_url.starts_with("http://");
    if (!is_absolute || !is_valid_field_value(absolute_url)) throw std::invalid_argument("a redirect to no URL");
    Response response = response_with(303, "text/plain; charset=utf-8", "See the Location header.\n");
    response.headers.add("Location", absolute_url);
    return response;
}

Response method_not_allowed(std::string_view allow) {
    Response response = problem_response({ErrorCode::method_not_allowed, {}, {}});
    response.headers.add("Allow", allow);
    return response;
}

bool is_navigation(const Request& request) {
    if (const auto mode = request.headers.single("Sec-Fetch-Mode")) return *mode == "navigate";
    return contains_ignoring_case(request.headers.find("Accept").value_or(""), "text/html");
}

bool is_speculative(const Request& request) {
    constexpr std::array<std::string_view, 2> kNames{"Sec-Purpose", "Purpose"};
    return std::any_of(kNames.begin(), kNames.end(), [&](std::string_view name) {
        return announces_speculation(request.headers.find(name).value_or(""));
    });
}

}  // namespace vestibule
