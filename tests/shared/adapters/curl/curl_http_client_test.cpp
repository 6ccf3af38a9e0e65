#include "adapters/curl/curl_http_client.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <future>
#include <string>
#include <vector>

#include "tests/support/http_text.h"
#include "tests/support/raw_http_server.h"

using namespace vestibule;

namespace {

const auto kOk = always("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

OutboundRequest get(const std::string& url) {
    OutboundRequest request;
    request.url = url;
    return request;
}

// What the upstream saw of one request, header only.
std::string header_seen(OutboundRequest request, std::string_view target = "/") {
    std::promise<std::string> seen;
    RawHttpServer server([&](RawConnection& connection) {
        seen.set_value(connection.read_header());
        connection.write("HTTP/1.1 204 No Content\r\n\r\n");
    });
    request.url = server.url(target);
    CurlHttpClient().send(request);
    return seen.get_future().get();
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// The name of the error that an answer of these octets leads to, at whatever point; "" for none.
std::string outcome_of(const std::string& answer, const HttpLimits& limits = {}) {
    RawHttpServer server([&](RawConnection& connection) {
        connection.read_header();
        connection.write(answer);
    });
    OutboundRequest request = get(server.url());
    request.limits = limits;
    auto response = CurlHttpClient().send(request);
    return response ? "" : std::string(facts(response.error().code).name);
}

class Flag final : public Cancellation {
public:
    bool cancelled() const override { return raised; }
    std::atomic<bool> raised{false};
};

std::string read_everything(BodySource& source, std::size_t piece = 1000) {
    std::string all;
    std::string chunk(piece, '\0');
    for (;;) {
        const auto got = source.read(chunk);
        if (!got) return all + "[" + std::string(facts(got.error().code).name) + "]";
        if (*got == 0) return all;
        all.append(chunk, 0, *got);
    }
}

}  // namespace

// --- what goes out ---

// P25, A28, P41: nothing is added but Host and our User-Agent.
Test(curl, a_get_says_no_more_than_it_was_told_to) {
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
    for (const char* unwanted : {"99", "Transfer-Encoding", "Expect", "upgrade", "Content-Type"})
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
Test(curl, proxies_of_the_environment_are_ignored) {
    for (const char* name : {"http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy", "https_proxy"})
        setenv(name, "http://127.0.0.1:1", 1);
    RawHttpServer server(kOk);
    cr_assert(eq(str, CurlHttpClient().send(get(server.url())).value().body, "ok"));
}

// A22
Test(curl, redirects_are_answers) {
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

Test(curl, an_endless_header_is_cut_off) {
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
Test(curl, a_body_over_the_limit_is_invalid_for_send) {
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

// --- streams ---

Test(curl, open_returns_at_the_header_and_the_body_comes_as_it_is_sent) {
    std::promise<void> first_read;
    RawHttpServer server([&](RawConnection& connection) {
        connection.read_header();
        connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
        first_read.get_future().wait();
        connection.write("3\r\ntwo\r\n0\r\n\r\n");
    });
    auto response = CurlHttpClient().open(get(server.url()));
    std::string chunk(100, '\0');
    cr_assert(eq(sz, response.value().body->read(chunk).value(), 3));
    first_read.set_value();
    cr_assert(eq(str, read_everything(*response->body), "two"));
}

Test(curl, a_large_body_waits_in_bounded_memory_for_a_slow_reader) {
    constexpr std::size_t kSize = 64 * 1024 * 1024;
    std::atomic<std::size_t> sent{0};
    RawHttpServer server([&](RawConnection& connection) {
        connection.read_header();
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kSize) + "\r\n\r\n");
        const std::string piece(64 * 1024, 'x');
        for (std::size_t i = 0; i < kSize; i += piece.size()) {
            connection.write(piece);
            sent += piece.size();
        }
    });
    OutboundRequest request = get(server.url());
    request.limits.total = Milliseconds{0};
    auto response = CurlHttpClient().open(request);
    std::string chunk(4096, '\0');
    std::size_t read = 0;
    while (read < kSize) {
        const auto got = response.value().body->read(chunk);
        cr_assert(got.has_value() && *got > 0);
        read += *got;
        // The kernel's buffers hold some megabytes; what is beyond them would be ours.
        cr_assert(sent - std::min(read, sent.load()) < 16u * 1024 * 1024);
    }
    cr_assert(eq(sz, response->body->read(chunk).value(), 0));
}

// P23
Test(curl, a_truncated_stream_is_an_error_after_what_came) {
    std::promise<void> opened;
    RawHttpServer server([&](RawConnection& connection) {
        connection.read_header();
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
        opened.get_future().wait();
        connection.write("part");
    });
    auto response = CurlHttpClient().open(get(server.url()));
    opened.set_value();
    cr_assert(eq(str, read_everything(*response.value().body), "part[upstream_invalid]"));
}

Test(curl, a_stream_closed_early_cancels_and_its_connection_is_not_reused) {
    std::promise<bool> closed;
    std::atomic<bool> first{true};
    RawHttpServer server([&](RawConnection& connection) {
        connection.read_header();
        if (!first.exchange(false)) return connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
        closed.set_value(connection.wait_until_closed());
    });
    CurlHttpClient client;
    cr_assert(client.open(get(server.url())).has_value());
    cr_assert(closed.get_future().get());
    cr_assert(eq(str, std::string(client.send(get(server.url())).value().body), "ok"));
    cr_assert(eq(int, server.connections(), 2));
}

// --- uploads ---

Test(curl, an_upload_is_streamed_with_its_length) {
    std::promise<std::string> seen;
    RawHttpServer server([&](RawConnection& connection) {
        const std::string header = connection.read_header();
        seen.set_value(header + connection.read(300'000));
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
    OutboundRequest request = get(server.url());
    request.method = "PUT";
    request.upload = body_of(std::string(300'000, 'u'));
    request.content_length = 300'000;
    cr_assert(eq(int, CurlHttpClient().send(request).value().status, 200));
    const std::string text = seen.get_future().get();
    cr_assert(contains(text, "\r\nContent-Length: 300000\r\n"));
    cr_assert(not(contains(text, "Expect")));
    cr_assert(eq(sz, text.size() - text.find("\r\n\r\n") - 4, 300'000));
}

Test(curl, an_upload_that_fails_or_is_short_aborts_the_request) {
    for (const auto& upload :
         {std::make_shared<PiecewiseBody>(std::deque<std::string>{"abc"}),
          std::make_shared<PiecewiseBody>(std::deque<std::string>{"abc"}, Error{ErrorCode::body_too_large, "", {}})}) {
        std::promise<std::string> seen;
        RawHttpServer server([&](RawConnection& connection) {
            connection.read_header();
            seen.set_value(connection.read(10));
            connection.wait_until_closed();
        });
        OutboundRequest request = get(server.url());
        request.method = "POST";
        request.upload = upload;
        request.content_length = 10;
        auto response = CurlHttpClient().send(request);
        cr_assert(response.error().code == ErrorCode::bad_request ||
                  response.error().code == ErrorCode::body_too_large);
        cr_assert(eq(str, seen.get_future().get(), "abc"), "the connection ends, the body is never filled up");
    }
}

Test(curl, an_early_refusal_of_an_upload_is_the_answer) {
    RawHttpServer server([](RawConnection& connection) {
        connection.read_header();
        connection.write("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig");
        connection.finish_writing();
        connection.wait_until_closed();
    });
    OutboundRequest request = get(server.url());
    request.method = "POST";
    request.upload = body_of(std::string(20'000'000, 'u'));
    request.content_length = 20'000'000;
    cr_assert(eq(int, CurlHttpClient().send(request).value().status, 413));
}

// --- connections ---

Test(curl, connections_are_kept_and_reused) {
    RawHttpServer server(kOk);
    CurlHttpClient client;
    for (int i = 0; i < 20; ++i) cr_assert(client.send(get(server.url())).has_value());
    cr_assert(eq(int, server.connections(), 1));
}

// P28: the server takes the second request on a kept connection and dies without an answer.
Test(curl, a_post_on_a_dying_connection_is_sent_exactly_once) {
    std::atomic<int> posts{0};
    RawHttpServer server([&](RawConnection& connection) {
        connection.read_header();
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        if (connection.read_header().starts_with("POST")) ++posts;
    });
    CurlHttpClient client;
    cr_assert(client.send(get(server.url())).has_value());
    OutboundRequest request = get(server.url());
    request.method = "POST";
    request.body = "x=1";
    cr_assert(eq(int, client.send(request).value().status, 200), "on a fresh connection");
    cr_assert(eq(int, posts, 0), "never on the kept one");
    cr_assert(eq(int, server.connections(), 2));
    cr_assert(client.send(get(server.url())).has_value(), "a GET may be sent again on a fresh one");
}

Test(curl, a_post_that_gets_no_answer_is_not_repeated) {
    std::atomic<int> posts{0};
    RawHttpServer server([&](RawConnection& connection) {
        if (connection.read_header().starts_with("POST")) ++posts;
        connection.reset();
    });
    OutboundRequest request = get(server.url());
    request.method = "POST";
    request.body = "x=1";
    cr_assert(not(CurlHttpClient().send(request).has_value()));
    cr_assert(eq(int, posts, 1));
}

// --- time ---

Test(curl, each_limit_of_time_is_kept) {
    const auto name_after = [](const HttpLimits& limits, const std::string& begin) {
        RawHttpServer server([&](RawConnection& connection) {
            connection.read_header();
            connection.write(begin);
            connection.wait_until_closed();
        });
        OutboundRequest request = get(server.url());
        request.limits = limits;
        auto response = CurlHttpClient().send(request);
        return response ? std::string("?") : std::string(facts(response.error().code).name);
    };
    HttpLimits limits;
    limits.first_byte = Milliseconds{50};
    cr_expect(eq(str, name_after(limits, ""), "upstream_timeout"));
    limits = {};
    limits.idle = Milliseconds{50};
    cr_expect(eq(str, name_after(limits, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"), "upstream_timeout"));
    limits = {};
    limits.total = Milliseconds{50};
    cr_expect(eq(str, name_after(limits, "HTTP/1.1 200 OK\r\n"), "upstream_timeout"));
}

// P46: within a second.
Test(curl, cancellation_is_noticed_while_nothing_comes) {
    std::promise<bool> closed;
    const auto flag = std::make_shared<Flag>();
    RawHttpServer server([&](RawConnection& connection) {
        connection.read_header();
        flag->raised = true;
        closed.set_value(connection.wait_until_closed());
    });
    OutboundRequest request = get(server.url());
    request.cancellation = flag;
    const auto start = std::chrono::steady_clock::now();
    cr_assert(eq(str, std::string(facts(CurlHttpClient().open(request).error().code).name), "bad_request"));
    cr_assert(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
    cr_assert(closed.get_future().get());
}

// P45
Test(curl, nobody_there_is_unreachable) {
    std::string url;
    { url = RawHttpServer(kOk).url(); }
    for (const std::string& target : {url, std::string("http://no-such-host.invalid/")})
        cr_expect(
            eq(str, std::string(facts(CurlHttpClient().send(get(target)).error().code).name), "upstream_unreachable"),
            "%s", target.c_str());
}
