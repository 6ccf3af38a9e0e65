#include "adapters/curl/curl_request.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <cstdlib>
#include <string>

#include "tests/shared/adapters/curl/upstream.h"

using namespace vestibule;

// --- what goes out ---

// P25, A28, P41: nothing is added but Host and our User-Agent.
Test(curl, A28_a_get_says_no_more_than_it_was_told_to) {
    OutboundRequest request;
    request.headers = {{"X-One", "1"}, {"Accept", "text/plain"}, {"X-Empty", ""}};
    const std::string header = header_seen(request, "/a/../b/%2e/%2F//;x?y=%zz&{}|\"<>[]^`\\");
    std::string line = header.substr(0, header.find("\r\n"));
    cr_expect(eq(str, line, "GET /a/../b/%2e/%2F//;x?y=%zz&{}|\"<>[]^`\\ HTTP/1.1"));
    cr_expect(contains(header, "\r\nHost: 127.0.0.1:"));
    cr_expect(contains(header, "\r\nUser-Agent: vestibule\r\n"));
    cr_expect(contains(header, "\r\nX-One: 1\r\n"));
    cr_expect(contains(header, "\r\nX-Empty:\r\n"));
    for (const char* unwanted : {"Accept-Encoding", "Expect", "Cookie", "Referer", "Content-Length", "*/*"})
        cr_expect(not(contains(header, unwanted)), "%s in %s", unwanted, header.c_str());
}

// P20, P21
Test(curl, host_and_framing_are_not_the_callers_business) {
    OutboundRequest request;
    request.method = "POST";
    request.body = "abc";
    request.headers = {{"Host", "evil"},
                       {"content-length", "99"},
                       {"Transfer-Encoding", "chunked"},
                       {"Connection", "upgrade"},
                       {"Expect", "100-continue"}};
    const std::string header = header_seen(request);
    cr_expect(not(contains(header, "evil")));
    cr_expect(contains(header, "\r\nContent-Length: 3\r\n"));
    for (const char* unwanted : {": 99", "Transfer-Encoding", "Expect", "upgrade", "Content-Type"})
        cr_expect(not(contains(header, unwanted)), "%s in %s", unwanted, header.c_str());
}

Test(curl, methods_go_out_as_they_are_with_the_length_they_need) {
    for (const char* method : {"POST", "PUT", "PATCH"}) {
        OutboundRequest request;
        request.method = method;
        const std::string header = header_seen(request);
        cr_expect(contains(header, std::string(method) + " / HTTP/1.1\r\n"));
        cr_expect(contains(header, "Content-Length: 0\r\n"), "%s", method);
    }
    for (const char* method : {"DELETE", "OPTIONS", "HEAD", "PROPFIND"}) {
        OutboundRequest request;
        request.method = method;
        const std::string header = header_seen(request);
        cr_expect(contains(header, std::string(method) + " / HTTP/1.1\r\n"));
        cr_expect(not(contains(header, "Content-Length")), "%s", method);
    }
}

// P50
Test(curl, a_field_that_would_break_the_header_is_never_sent) {
    RawHttpServer server(kOk);
    for (const HeaderField& field : {HeaderField{"X", "a\r\nY: b"}, HeaderField{"X Y", "a"}, HeaderField{"", "a"},
                                     HeaderField{"X", std::string("a\0b", 3)}}) {
        OutboundRequest request = get(server.url());
        request.headers.add(field.name, field.value);
        cr_expect(not(CurlHttpClient().send(request).has_value()));
    }
    OutboundRequest request = get(server.url());
    request.method = "GET / HTTP/1.1\r\nX:";
    cr_expect(not(CurlHttpClient().send(request).has_value()));
    cr_assert(eq(int, server.connections(), 0));
}

// P49
Test(curl, A28_proxies_of_the_environment_are_ignored) {
    for (const char* name : {"http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy", "https_proxy"})
        setenv(name, "http://127.0.0.1:1", 1);
    RawHttpServer server(kOk);
    cr_assert(eq(str, CurlHttpClient().send(get(server.url())).value().body, "ok"));
}

// A22
Test(curl, A22_redirects_are_answers) {
    RawHttpServer other(kOk);
    RawHttpServer server(always("HTTP/1.1 307 Go\r\nLocation: " + other.url() + "\r\nContent-Length: 0\r\n\r\n"));
    auto response = CurlHttpClient().send(get(server.url()));
    cr_assert(eq(int, response.value().status, 307));
    cr_assert(eq(int, other.connections(), 0));
}

Test(curl, other_schemes_than_http_are_refused) {
    for (const char* url : {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "telnet://127.0.0.1"})
        cr_expect(not(CurlHttpClient().send(get(url)).has_value()), "%s", url);
}
