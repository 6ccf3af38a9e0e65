// What of a browser's request goes to an upstream (policy/request_headers.h, policy/trace_headers.h).
#include "policy/request_headers.h"

#include "tests/fuzz/fuzz_target.h"

using namespace vestibule;
using fuzz::Pieces;
using fuzz::require;

// One header field a line.
FUZZ_TARGET(request_headers) {
    static const Url public_url = parse_url("https://app.example.com").value();
    static const std::vector<std::string> allowed{"X-Tenant", "Cookie", "X_Forwarded_For", "Authorization"};
    Request request;
    request.remote_address = "2001:db8::7";
    for (Pieces lines(input); !lines.empty();) {
        const std::string_view line = lines.next();
        const auto colon = std::min(line.find(": "), line.size());
        request.headers.add(line.substr(0, colon), line.substr(std::min(colon + 2, line.size())));
    }
    const auto headers = upstream_headers(request, allowed, public_url, {{"Authorization", "Bearer token-7Yp2"}});
    if (!headers) return require(headers.error().code == ErrorCode::bad_request, "one error");
    for (const auto& [name, value] : *headers)
        require(is_valid_field_name(name) && is_valid_field_value(value), "no control in a field");
    require(headers->single("Authorization") == "Bearer token-7Yp2", "our token alone");
    require(headers->single("X-Forwarded-For") == "2001:db8::7", "the address the web server saw alone");
    require(headers->single("X-Forwarded-Host") == "app.example.com", "our host alone");
    require(headers->single("Forwarded") == "for=\"[2001:db8::7]\";proto=https;host=\"app.example.com\"", "and again");
    require(headers->single("Via").value_or("").ends_with("1.1 vestibule") && came_through_us(*headers), "our mark");
    for (const auto* never : {"Cookie", "Connection", "Host", "Content-Length", "Transfer-Encoding", "X_Forwarded_For",
                              "X-Forwarded-User", "Proxy-Authorization", "Upgrade", "TE", "Origin", "Referer"})
        require(headers->all(never).empty(), "never forwarded");
}
