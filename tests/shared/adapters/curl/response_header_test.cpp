#include "adapters/curl/response_header.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <string>
#include <vector>

#include "tests/shared/adapters/curl/upstream.h"

using namespace vestibule;

// --- what comes back ---

// P24
Test(curl, informational_answers_are_skipped_and_a_switch_of_protocols_refused) {
    cr_expect(eq(str,
                 outcome_of("HTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\n"
                            "Content-Length: 0\r\n\r\n"),
                 ""));
    cr_expect(eq(str, outcome_of("HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nfoo"),
                 "upstream_invalid"));
}

// P22, P23, P50, A23
Test(curl, an_answer_that_breaks_the_rules_is_invalid) {
    const std::vector<std::string> answers{
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: a\r\n folded\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX : a\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: a\x01z\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/2 200 OK\r\nContent-Length: 0\r\n\r\n",
        "<html>no http at all</html>\r\n\r\n",
        "",
        "HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x') + "\r\nContent-Length: 0\r\n\r\n",
    };
    for (const std::string& answer : answers)
        cr_expect(eq(str, outcome_of(answer), "upstream_invalid"), "%.80s", answer.c_str());
}

Test(curl, A23_an_endless_header_is_cut_off) {
    RawHttpServer server([](RawConnection& connection) {
        connection.read_header();
        connection.write("HTTP/1.1 200 OK\r\n");
        for (int i = 0; i < 10'000; ++i) connection.write("X-Field-" + std::to_string(i) + ": something\r\n");
        connection.write("Content-Length: 0\r\n\r\n");
    });
    auto response = CurlHttpClient().send(get(server.url()));
    cr_assert(eq(str, std::string(facts(response.error().code).name), "upstream_invalid"));
}

// A23
Test(curl, A23_a_body_over_the_limit_is_invalid_for_send) {
    HttpLimits limits;
    limits.max_body_octets = 4;
    cr_expect(eq(str, outcome_of("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd", limits), ""));
    cr_expect(eq(str, outcome_of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde", limits), "upstream_invalid"));
}

// P41
Test(curl, content_codings_pass_untouched_and_trailers_are_discarded) {
    RawHttpServer server(
        always("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
               "3\r\n\x1f\x8b!\r\n0\r\nX-Trailer: t\r\n\r\n"));
    auto response = CurlHttpClient().send(get(server.url()));
    cr_assert(eq(str, std::string(response.value().body), "\x1f\x8b!"));
    cr_assert(response->headers.single("Content-Encoding") == "gzip");
    cr_assert(not(response->headers.find("X-Trailer").has_value()));
}

// P26, P27
Test(curl, head_204_and_304_have_no_body) {
    CurlHttpClient client;
    RawHttpServer head(always("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"));
    OutboundRequest request = get(head.url());
    request.method = "HEAD";
    auto response = client.send(request);
    cr_assert(eq(str, std::string(response.value().body), ""));
    cr_assert(response->headers.single("Content-Length") == "1000");
    for (const char* status : {"204 No Content", "304 Not Modified"}) {
        RawHttpServer server(always("HTTP/1.1 " + std::string(status) + "\r\n\r\n"));
        cr_expect(eq(str, std::string(client.send(get(server.url())).value().body), ""));
    }
}
