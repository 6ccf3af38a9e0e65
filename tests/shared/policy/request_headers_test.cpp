#include "policy/request_headers.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/http_text.h"
#include "tests/support/text.h"

using namespace vestibule;

namespace {

Url public_url() { return parse_url("https://app.example.com").value(); }

std::string print(const HeaderFields& headers) {
    std::string result;
    for (const auto& [name, value] : headers) result.append(name).append(": ").append(value).append("\n");
    return result;
}

constexpr std::string_view kOurs =
    "Via: 1.1 vestibule\n"
    "X-Forwarded-For: 192.0.2.7\n"
    "X-Forwarded-Proto: https\n"
    "X-Forwarded-Host: app.example.com\n"
    "Forwarded: for=192.0.2.7;proto=https;host=\"app.example.com\"\n";

// What goes upstream for these header lines.
std::string sent(const std::string& headers, const std::vector<std::string>& allowed_by_route = {}) {
    const Request request = request_of("GET /api/x HTTP/1.1\n" + headers + "\n");
    const auto result = upstream_headers(request, allowed_by_route, public_url(), {});
    return result ? print(*result) : text(facts(result.error().code).name);
}

}  // namespace

Test(request_headers, what_describes_the_request_goes_on_as_it_came_P15) {
    const std::string headers =
        "Accept: application/json\nAccept-Encoding: gzip, br\nAccept-Language: de\nContent-Type: application/json\n"
        "Content-Language: de\nIf-Match: \"a\"\nIf-None-Match: \"b\"\nIf-Modified-Since: x\nIf-Unmodified-Since: y\n"
        "If-Range: \"c\"\nRange: bytes=0-1\nPrefer: return=minimal\nIdempotency-Key: k\nLast-Event-ID: 7\n"
        "User-Agent: test\nContent-Encoding: gzip\n";
    cr_assert(eq(str, sent(headers), headers + text(kOurs)));
}

Test(request_headers, what_nobody_listed_stays_here_P07_P10_P14_P15_P16_P25) {
    for (const char* field : {"Cookie: __Host-Http-session=canary",
                              "Cookie2: a",
                              "Authorization: Bearer forged",
                              "Proxy-Authorization: x",
                              "DPoP: x",
                              "Host: evil",
                              "Content-Length: 5",
                              "Transfer-Encoding: chunked",
                              "Connection: close",
                              "Keep-Alive: timeout=5",
                              "Proxy-Connection: close",
                              "TE: trailers",
                              "Trailer: X",
                              "Upgrade: h2c",
                              "Expect: 100-continue",
                              "Proxy: http://evil",
                              "Forwarded: for=10.0.0.1",
                              "X-Forwarded-For: 10.0.0.1",
                              "X-Forwarded-Proto: http",
                              "X-Forwarded-Host: evil",
                              "X-Forwarded-Port: 1",
                              "X-Forwarded-Prefix: /",
                              "X-Forwarded-User: admin",
                              "X-Real-IP: 10.0.0.1",
                              "X-User-ID: admin",
                              "Remote-User: admin",
                              "Remote_User: admin",
                              "X-SSL-Client-Cert: x",
                              "Client-Cert: x",
                              "Client-Cert-Chain: x",
                              "X_Forwarded_For: 10.0.0.1",
                              "X.Forwarded.For: 10.0.0.1",
                              "Origin: https://evil",
                              "Referer: https://app.example.com/secret",
                              "Sec-Fetch-Site: same-origin",
                              "X-BFF: 1",
                              "X-Original-URL: /admin",
                              "X-Rewrite-URL: /admin",
                              "X-HTTP-Method-Override: DELETE",
                              "X-Unknown: 1",
                              "Max-Forwards: 3"}) {
        cr_expect(eq(str, sent(std::string(field) + "\n"), text(kOurs)), "%s", field);
    }
}

Test(request_headers, a_route_adds_names_but_never_protected_ones_P15_P16) {
    cr_expect(eq(str, sent("X-Tenant: 7\nx-tenant: 8\n", {"X-Tenant"}), "X-Tenant: 7\nx-tenant: 8\n" + text(kOurs)));
    for (const char* name : {"Cookie", "Authorization", "DPoP", "X-Forwarded-For", "Forwarded", "Connection", "Host",
                             "Transfer-Encoding", "X_Forwarded_For", "Proxy-Authorization"}) {
        cr_expect(eq(str, sent(std::string(name) + ": forged\n", {name}), text(kOurs)), "%s", name);
    }
}

Test(request_headers, what_connection_names_is_for_this_hop_only_P12) {
    cr_expect(eq(
        str,
        sent("Connection: close, X-Secret\nconnection: if-match\nX-Secret: 1\nIf-Match: x\nAccept: y\n", {"X-Secret"}),
        "Accept: y\n" + text(kOurs)));
}

Test(request_headers, connection_cannot_strip_what_we_add_P13) {
    const Request request = request_of(
        "GET / HTTP/1.1\nConnection: authorization, via, forwarded, x-forwarded-for, x-forwarded-host\n"
        "Authorization: Bearer forged\n\n");
    const auto headers = upstream_headers(request, {}, public_url(), {{"Authorization", "Bearer token-canary"}});
    cr_assert(eq(str, print(headers.value()), text(kOurs) + "Authorization: Bearer token-canary\n"));
}

Test(request_headers, forwarding_is_said_from_what_the_server_knows_P17) {
    const struct {
        const char* address;
        const char* forwarded;
    } rows[] = {
        {"192.0.2.7", "for=192.0.2.7;proto=https;host=\"app.example.com\""},
        {"2001:db8::1", "for=\"[2001:db8::1]\";proto=https;host=\"app.example.com\""},
        {"", "proto=https;host=\"app.example.com\""},
        {"unix:/run/x", "proto=https;host=\"app.example.com\""},
        {"10.0.0.1\r\nX: y", "proto=https;host=\"app.example.com\""},
    };
    for (const auto& row : rows) {
        Request request = request_of("GET / HTTP/1.1\nForwarded: for=6.6.6.6\nX-Forwarded-For: 6.6.6.6\n\n");
        request.remote_address = row.address;
        const auto headers = upstream_headers(request, {}, public_url(), {}).value();
        cr_expect(eq(str, text(headers.single("Forwarded").value_or("")), text(row.forwarded)));
        cr_expect(print(headers).find("6.6.6.6") == std::string::npos);
    }
    Request request = request_of("GET / HTTP/1.1\n\n");
    const auto headers = upstream_headers(request, {}, parse_url("http://localhost:8080").value(), {}).value();
    cr_expect(eq(str, text(headers.single("X-Forwarded-Host").value_or("")), text("localhost:8080")));
    cr_expect(eq(str, text(headers.single("X-Forwarded-Proto").value_or("")), text("http")));
}

Test(request_headers, via_grows_by_our_name_and_a_loop_is_seen_P18_P19) {
    cr_expect(sent("Via: 1.1 front, 2 edge\n").starts_with("Via: 1.1 front, 2 edge, 1.1 vestibule\n"));
    cr_expect(sent("Via: " + std::string(2000, 'a') + "\n").starts_with("Via: 1.1 vestibule\n"));
    for (const char* field : {"Via: 1.1 vestibule", "Via: 1.1 front, 1.1 Vestibule", "via: HTTP/1.1 vestibule"}) {
        cr_expect(came_through_us(request_of("GET / HTTP/1.1\n" + std::string(field) + "\n\n").headers), "%s", field);
    }
    for (const char* field : {"Via: 1.1 front", "Via: vestibule", "Via: 1.1 vestibule2", "X-Via: 1.1 vestibule"}) {
        cr_expect(not(came_through_us(request_of("GET / HTTP/1.1\n" + std::string(field) + "\n\n").headers)), "%s",
                  field);
    }
}

Test(request_headers, a_value_with_a_control_is_a_bad_request_P50) {
    Request request = request_of("GET / HTTP/1.1\n\n");
    request.headers.add("Accept", "a\r\nX-Evil: 1");
    cr_expect(upstream_headers(request, {}, public_url(), {}).error().code == ErrorCode::bad_request);
    const auto token =
        upstream_headers(request_of("GET / HTTP/1.1\n\n"), {}, public_url(), {{"Authorization", "Bearer a\nb"}});
    cr_expect(token.error().code == ErrorCode::internal);
}

Test(request_headers, trace_context_goes_on_only_where_it_is_well_formed_P56) {
    const std::string parent = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\n";
    std::string many = "tracestate: ";
    for (int i = 0; i < 33; ++i) many += (i ? ",k" : "k") + std::to_string(i) + "=v";
    const struct {
        std::string headers;
        std::string expected;
    } rows[] = {
        {parent, parent},
        {parent + "tracestate: a=1,b@c=2\n", parent + "tracestate: a=1,b@c=2\n"},
        {parent + "tracestate: a=1\ntracestate: b=2\n", parent + "tracestate: a=1,b=2\n"},
        {parent + many + "\n", parent},
        {parent + "tracestate: a=" + std::string(512, 'x') + "\n", parent},
        {parent + "tracestate: no member\n", parent},
        {parent + parent, ""},
        {"tracestate: a=1\n", ""},
        {"traceparent: ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\ntracestate: a=1\n", ""},
        {"traceparent: 00-00000000000000000000000000000000-00f067aa0ba902b7-01\ntracestate: a=1\n", ""},
        {"traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01\n", ""},
        {"traceparent: 00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01\n", ""},
        {"traceparent: junk\n", ""},
    };
    for (const auto& row : rows) {
        cr_expect(eq(str, sent(row.headers), row.expected + text(kOurs)));
        cr_expect(eq(str, sent(row.headers, {"traceparent", "tracestate"}), row.expected + text(kOurs)));
    }
}
