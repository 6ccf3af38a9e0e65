#include "adapters/fastcgi/fastcgi_server.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <functional>
#include <memory>
#include <vector>

#include "tests/shared/adapters/fastcgi/serving.h"

using namespace vestibule;

namespace {

using Keep = FastcgiClient::Connection;

constexpr const char* kOk = "200 OK";

std::string kilobytes(std::size_t count) { return std::string(count * 1024, 'a'); }

}  // namespace

Test(fastcgi, a_request_is_answered_and_the_connection_closed) {
    Serving serving;
    FastcgiAnswer answer = serving.get("/a%2Fb?x=%20", {{"HTTP_X_BFF", "1"}, {"CONTENT_LENGTH", ""}});
    cr_assert(eq(str, answer.status(), kOk));
    cr_assert(eq(str, answer.body(), "GET /a%2Fb ?x=%20\nx-bff: 1\nfrom 192.0.2.7\n"));
    cr_assert(eq(str, answer.out.substr(0, 7), "Status:"));  // H01, H03
    cr_assert(answer.ended);
}

// H11: FCGI_KEEP_CONN.
Test(fastcgi, a_thousand_requests_on_one_kept_connection) {
    Serving serving({"--threads", "2"});
    FastcgiClient client(serving.socket());
    for (int i = 0; i < 1000; ++i) {
        const auto answer = client.exchange(params_of("/" + std::to_string(i)), {}, Keep::keep);
        cr_assert(eq(str, answer.body(), "GET /" + std::to_string(i) + " ?\nfrom 192.0.2.7\n"));
    }
}

Test(fastcgi, idle_kept_connections_hold_no_thread) {
    Serving serving({"--threads", "1"});
    std::vector<std::unique_ptr<FastcgiClient>> idle;
    for (int i = 0; i < 10; ++i) {
        idle.push_back(std::make_unique<FastcgiClient>(serving.socket()));
        cr_assert(eq(str, idle.back()->exchange(params_of("/"), {}, Keep::keep).status(), kOk));
    }
    for (auto& client : idle) cr_assert(eq(str, client->exchange(params_of("/"), {}, Keep::keep).status(), kOk));
    cr_assert(eq(str, serving.get("/").status(), kOk));
}

Test(fastcgi, somebody_who_connects_and_says_nothing_holds_no_thread) {
    Serving serving({"--threads", "1"});
    const FastcgiClient silent(serving.socket());
    cr_assert(eq(str, serving.get("/").status(), kOk));
}

// H28
Test(fastcgi, an_exception_is_a_500_and_the_next_request_is_fine) {
    Serving serving({"--threads", "1"});
    for (const char* path : {"/throw", "/throw-int", "/status-1000"}) {
        FastcgiAnswer answer = serving.get(path);
        cr_expect(eq(str, answer.status(), "500 Internal Server Error"), "%s", path);
        cr_expect(answer.body().find("\"code\":\"internal\"") != std::string::npos);
        cr_expect(answer.body().find("on purpose") == std::string::npos);
        cr_expect(answer.ended);
    }
    cr_assert(eq(str, serving.get("/").status(), kOk));
}

// --- bodies ---

Test(fastcgi, a_body_is_read_whole) {
    Serving serving;
    cr_assert(eq(str, serving.post("/body", kilobytes(300), std::to_string(300 * 1024)).body(), "307200"));
    cr_assert(eq(str, serving.post("/body", "", "0").body(), "0"));
}

// H06
Test(fastcgi, a_body_that_does_not_end_at_its_length_is_refused) {
    Serving serving;
    for (const std::size_t sent : {std::size_t{0}, std::size_t{9}, std::size_t{11}, std::size_t{70'000}}) {
        const auto answer = serving.post("/body", std::string(sent, 'a'), "10");
        cr_expect(eq(str, answer.status(), "400 Bad Request"), "%zu octets instead of 10", sent);
    }
}

// H05, H07
Test(fastcgi, a_body_without_a_proper_length_is_refused_before_the_handler) {
    Serving serving;
    for (const char* length : {"", "0", "-1", "+3", "3x", "0x3", " 3", "99999999999999999999", "3,3"})
        cr_expect(eq(str, serving.post("/", "abc", length).status(), "400 Bad Request"), "'%s'", length);
}

// P21: what is left of a body that nobody read would be taken for the next request's records. This body is made for it:
// wherever the reading goes on, it slides down to a request of its own.
Test(fastcgi, a_body_that_nobody_read_is_no_next_request) {
    Serving serving;
    std::string body;
    while (body.size() < 32 * 1024) body += fastcgi_record(11, 0, {});
    body += fastcgi_record(1, 1, std::string("\0\1\1\0\0\0\0\0", 8)) + fastcgi_params(params_of("/smuggled")) +
            fastcgi_record(5, 1, {});
    FastcgiClient client(serving.socket());
    FastcgiAnswer answer = client.exchange(
        params_of("/ignore-body", {{"REQUEST_METHOD", "POST"}, {"CONTENT_LENGTH", std::to_string(body.size())}}), body,
        Keep::keep);
    cr_assert(eq(str, answer.body(), "ignored"));
    answer = client.collect();
    cr_assert(answer.closed);
    cr_assert(eq(str, answer.out, ""));
    cr_assert(serving.program().log().find("smuggled") == std::string::npos);
}

// H12: an early answer while the web server still sends.
Test(fastcgi, an_early_answer_to_a_long_upload_does_not_deadlock) {
    Serving serving;
    FastcgiClient client(serving.socket());
    client.begin(Keep::close);
    client.params(params_of("/ignore-body", {{"REQUEST_METHOD", "POST"}, {"CONTENT_LENGTH", "104857600"}}));
    for (int i = 0; i < 1600; ++i) client.standard_input(std::string(65'535, 'u'));
    cr_assert(eq(str, client.collect().body(), "ignored"));
}

Test(fastcgi, a_large_answer_arrives_whole) {
    Serving serving;
    FastcgiAnswer answer = serving.get("/big");
    cr_assert(eq(str, answer.field("Content-Length"), "3000000"));
    cr_assert(eq(sz, answer.body().size(), 3'000'000));
}

// --- streams ---

// P46
Test(fastcgi, a_stream_is_flushed_as_it_comes) {
    Serving serving;
    const std::string fifo = serving.file("fifo");
    cr_assert(eq(int, mkfifo(fifo.c_str(), 0600), 0));
    FastcgiClient client(serving.socket());
    client.begin(Keep::close);
    client.params(params_of("/stream?" + fifo));
    client.end_standard_input();
    FastcgiAnswer early = client.collect("data: 1\n\n");
    cr_assert(not(early.ended));
    std::ofstream{fifo};
    FastcgiAnswer rest = client.collect();
    cr_assert(rest.ended);
    cr_assert(eq(str, rest.out, "data: 0\n\n"));
}

// P23
Test(fastcgi, a_stream_that_breaks_off_ends_the_connection_and_never_the_request) {
    Serving serving;
    for (const char* path : {"/broken", "/broken-length", "/short-length"}) {
        FastcgiClient client(serving.socket());
        FastcgiAnswer answer = client.exchange(params_of(path), {}, Keep::keep);
        cr_expect(not(answer.ended), "%s", path);
        cr_expect(answer.closed, "%s", path);
        cr_expect(answer.body().find("data: 2") == 0, "%s: what came before did arrive", path);
    }
    cr_assert(eq(str, serving.get("/stream").body(), "data: 2\n\ndata: 1\n\ndata: 0\n\n"));
}

// H08
Test(fastcgi, head_has_no_body) {
    Serving serving;
    for (const char* path : {"/", "/big", "/stream", "/broken-length", "/throw"}) {
        FastcgiAnswer answer = serving.get(path, {{"REQUEST_METHOD", "HEAD"}});
        cr_expect(eq(str, answer.body(), ""), "%s", path);
        cr_expect(answer.ended, "%s", path);
    }
    cr_assert(eq(str, serving.get("/big", {{"REQUEST_METHOD", "HEAD"}}).field("Content-Length"), "3000000"));
}

// --- somebody goes away ---

// P46, H11
Test(fastcgi, a_closed_connection_cancels) {
    Serving serving;
    FastcgiClient client(serving.socket());
    client.begin(Keep::close);
    client.params(params_of("/cancel"));
    client.end_standard_input();
    serving.program().wait_for_line("\"waiting\"");
    client.close();
    serving.program().wait_for_line("\"noticed\"");
}

Test(fastcgi, an_abort_record_cancels_and_the_request_ends) {
    Serving serving;
    FastcgiClient client(serving.socket());
    client.begin(Keep::keep);
    client.params(params_of("/cancel"));
    client.end_standard_input();
    serving.program().wait_for_line("\"waiting\"");
    client.abort();
    serving.program().wait_for_line("\"noticed\"");
    cr_assert(client.collect().ended);
}

// --- what is no request ---

// H09, H10
Test(fastcgi, broken_records_close_the_connection_and_nothing_else) {
    Serving serving({"--threads", "1"});
    const auto closed = [&](const std::function<void(FastcgiClient&)>& speak) {
        FastcgiClient client(serving.socket());
        speak(client);
        return client.collect().closed;
    };
    cr_expect(closed([](auto& client) { client.raw(std::string("GET / HTTP/1.1\r\n\r\n")); }));
    cr_expect(closed([](auto& client) { client.raw(std::string("\2\1\0\1\0\0\0\0", 8)); }), "version 2");
    cr_expect(closed([](auto& client) { client.begin(Keep::keep, FastcgiClient::Role::unknown); }), "role");
    cr_expect(closed([](auto& client) {
                  client.begin(Keep::keep);
                  client.record(4, 1, std::string("\x7fshort"));
                  client.record(4, 1, {});
              }),
              "a name that is longer than the record");
    cr_expect(closed([](auto& client) {
                  client.begin(Keep::keep);
                  client.abort();
              }),
              "an abort before the variables");
    cr_assert(eq(str, serving.get("/").status(), kOk));
}

Test(fastcgi, a_multiplexed_request_is_refused_and_the_first_one_answered) {
    Serving serving;
    FastcgiClient client(serving.socket());
    client.begin(Keep::keep);
    client.params(params_of("/"));
    client.begin(Keep::keep, FastcgiClient::Role::responder, 2);
    client.end_standard_input();
    cr_assert(eq(int, client.collect().protocol_status, 1));  // FCGI_CANT_MPX_CONN
    cr_assert(eq(str, client.collect().status(), kOk));
}
