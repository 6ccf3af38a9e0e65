// One of "routes": where a path of ours leads, and what may pass.
#include <algorithm>

#include "config/path_rules.h"
#include "config/protected_headers.h"
#include "config/settings.h"
#include "http/message.h"

namespace vestibule {
namespace {

constexpr DurationRange kWait{Seconds{1}, std::chrono::hours{24}};

std::string item(std::string_view list, std::size_t index) {
    return std::string(list) + "[" + std::to_string(index) + "]";
}

void read_path(ObjectReader& from, std::string& path) {
    if (!from.text("path", path, Need::required)) return;
    const auto problem = problem_of_path(path);
    if (problem) from.problem("path", *problem);
    if (!problem && !path.ends_with('/')) from.problem("path", "must end with '/'; it stands for everything below it");
    if (problem || !path.ends_with('/')) path.clear();
}

void read_upstream(ObjectReader& from, std::string& upstream, PlainHttp plain_http) {
    if (!from.text("upstream", upstream, Need::required)) return;
    const auto url = parse_url(upstream);
    auto problem = problem_of_url(upstream, plain_http);
    if (!problem && url->has_query) problem = "must not have a query (?…)";
    if (!problem && !url->path.ends_with('/')) problem = "must end with '/'; it takes the place of the route's path";
    if (!problem) problem = problem_of_path(url->path);
    if (!problem) return;
    from.problem("upstream", *problem);
    upstream.clear();
}

bool is_method(std::string_view method) {
    return std::all_of(method.begin(), method.end(), [](char c) { return (c >= 'A' && c <= 'Z') || c == '-'; });
}

void read_methods(ObjectReader& from, std::vector<std::string>& methods) {
    if (!from.texts("methods", methods)) return;
    if (methods.empty()) from.problem("methods", "must name at least one method");
    for (std::size_t i = 0; i < methods.size(); ++i) {
        const std::string& method = methods[i];
        if (!is_method(method)) from.problem(item("methods", i), "must be in capital letters, such as \"GET\"");
        if (method == "CONNECT" || method == "TRACE" || method == "OPTIONS") {  // checklist P42
            from.problem(item("methods", i), "is never forwarded; remove it");
        }
    }
}

void read_token(ObjectReader& from, TokenKind& token) {
    static const std::vector<Choice<TokenKind>> kKinds = {
        {"user", TokenKind::user}, {"user-or-none", TokenKind::user_or_none}, {"none", TokenKind::none}};
    static const std::vector<Refusal> kPlanned = {
        {"client", "is not in this build; there is \"user\", \"user-or-none\" and \"none\""},
        {"exchange", "is not in this build; there is \"user\", \"user-or-none\" and \"none\""}};
    from.choice("token", token, kKinds, kPlanned);
}

void read_require(ObjectReader& from, Route& route) {
    for (auto& [claim, value] : from.claims("require")) route.require.push_back({claim, value});
    if (!route.require.empty() && route.token != TokenKind::user) {
        from.problem("require", "contradicts \"token\": claims can only be required of a session; make it \"user\"");
    }
}

void read_headers(ObjectReader& from, std::string_view list, std::vector<std::string>& headers,
                  bool (*is_protected)(std::string_view)) {
    if (!from.texts(list, headers)) return;
    for (std::size_t i = 0; i < headers.size(); ++i) {
        if (!is_valid_field_name(headers[i])) {
            from.problem(item(list, i), "is no name of a header field");
        } else if (is_protected(headers[i])) {
            from.problem(item(list, i), "is a header field that no route may let through; remove it");
        } else if (headers[i].find('_') != std::string::npos) {  // checklist P51
            from.problem(item(list, i), "must not hold '_', which web servers confuse with '-'");
        }
    }
}

void read_limits(ObjectReader& from, Route& route) {
    from.size("maxBody", route.max_body, {0, 1ULL << 40});
    from.duration("connectTimeout", route.connect_timeout, {Seconds{1}, Seconds{60}});
    from.duration("firstByteTimeout", route.first_byte_timeout, kWait);
    from.duration("idleTimeout", route.idle_timeout, kWait);
    from.duration("totalTimeout", route.total_timeout, {Seconds{0}, std::chrono::hours{24}});
}

}  // namespace

Route read_route(ObjectReader from, PlainHttp plain_http) {
    Route route;
    read_path(from, route.path);
    read_upstream(from, route.upstream, plain_http);
    read_methods(from, route.methods);
    read_token(from, route.token);
    read_require(from, route);
    read_limits(from, route);
    read_headers(from, "requestHeaders", route.request_headers, is_protected_request_header);
    read_headers(from, "responseHeaders", route.response_headers, is_protected_response_header);
    from.flag("clientCertificate", route.client_certificate);
    from.flag("encodedSlashes", route.encoded_slashes);
    from.flag("cache", route.cache);
    from.flag("html", route.html);
    from.refuse_others();
    return route;
}

}  // namespace vestibule
