// What of an upstream's answer reaches the browser (policy/response_headers.h): no cookie, no challenge, no CORS,
// nothing that the web server obeys, no token, and no line break.
#include "policy/response_headers.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "tests/fuzz/fuzz_target.h"

using namespace vestibule;
using fuzz::Pieces;
using fuzz::require;

namespace {

constexpr std::string_view kToken = "token-7Yp2";

// Written down once more, and not taken from the code under test (checklist P14, P30, P33-P35).
constexpr std::array<std::string_view, 18> kNever{"set-cookie",
                                                  "cookie",
                                                  "www-authenticate",
                                                  "proxy-",
                                                  "access-control-",
                                                  "clear-site-data",
                                                  "connection",
                                                  "keep-alive",
                                                  "transfer-",
                                                  "upgrade",
                                                  "te",
                                                  "trailer",
                                                  "x-sendfile",
                                                  "x-lighttpd-",
                                                  "x-reproxy-",
                                                  "status",
                                                  "alt-svc",
                                                  "strict-transport-security"};

std::string plain(std::string_view name) {
    std::string result(name);
    for (char& c : result) c = c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    return result;
}

bool is_forbidden(const HeaderField& field) {
    const std::string name = plain(field.name);
    if (name.starts_with("x-accel-")) return name != "x-accel-buffering" || field.value != "no";
    return std::any_of(kNever.begin(), kNever.end(), [&](std::string_view never) {
        return never.ends_with('-') || never.size() > 8 ? name.starts_with(never) : name == never;
    });
}

// The route's flags, the method, the status, and then the upstream's fields, a line each.
struct Case {
    Route route;
    AskedUpstream asked{"GET", "https://orders.internal/v1/7", Secret(std::string(kToken))};
    OpenResponse upstream;

    explicit Case(std::string_view input) {
        Pieces lines(input);
        route.path = "/api/";
        route.upstream = "https://orders.internal/v1/";
        const std::string_view flags = lines.next();
        route.cache = flags.find('c') != flags.npos;
        route.html = flags.find('h') != flags.npos;
        // A configuration that names these is refused; here they show that it would not matter.
        route.response_headers = {"X-Total-Count", "Set-Cookie", "X_Accel_Redirect", "Access-Control-Allow-Origin"};
        asked.method = lines.next() == "HEAD" ? "HEAD" : "GET";
        const std::string_view status = lines.next();
        std::from_chars(status.data(), status.data() + status.size(), upstream.status);
        while (!lines.empty()) {
            const std::string_view line = lines.next();
            const auto colon = std::min(line.find(": "), line.size());
            upstream.headers.add(line.substr(0, colon), line.substr(std::min(colon + 2, line.size())));
        }
    }
};

void check_content(const BrowserAnswer& answer, const Route& route) {
    std::string type = plain(answer.headers.find("Content-Type").value_or(""));
    type.resize(std::min(type.find_first_of("; \t"), type.size()));  // parameters make it no other type
    if (type == "text/html" || type == "image/svg+xml") {
        require(route.html, "active content only where the route lets it through");
        require(answer.headers.single("Content-Security-Policy").value_or("").starts_with("sandbox"), "and sandboxed");
    }
    require(type.find("javascript") == type.npos || type.starts_with("application/octet"), "no script of our origin");
    require(answer.headers.single("X-Content-Type-Options") == "nosniff", "no guessing");
}

}  // namespace

FUZZ_TARGET(response_headers) {
    static const Url public_url = parse_url("https://app.example.com").value();
    const Case that(input);
    if (that.upstream.status == 401) return;  // judged before
    const auto answer = browser_answer(that.upstream, that.asked, that.route, public_url);
    if (!answer) return require(answer.error().code == ErrorCode::upstream_invalid, "one error");
    require(answer->status >= 200 && answer->status <= 599, "a final status");
    for (const HeaderField& field : answer->headers) {
        require(is_valid_field_name(field.name) && is_valid_field_value(field.value), "no control in a field");
        require(!is_forbidden(field), "no forbidden field");
        require(field.value.find(kToken) == field.value.npos, "no token");
    }
    for (const auto* one : {"Cache-Control", "Vary", "Content-Security-Policy"})
        require(answer->headers.all(one).size() == 1, "said once");
    for (const auto* one : {"Content-Type", "Content-Length", "Location"})
        require(answer->headers.all(one).size() <= 1, "said once or not at all");
    require(answer->headers.find("Location")
                .value_or("https://app.example.com/api/")
                .starts_with("https://app.example.com/api/"),
            "a redirect stays below the route");
    require(plain(*answer->headers.find("Cache-Control")).find("public") == std::string::npos, "never public");
    check_content(*answer, that.route);
}
