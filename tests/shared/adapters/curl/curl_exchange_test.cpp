#include "adapters/curl/curl_exchange.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <atomic>
#include <future>
#include <string>

#include "tests/shared/adapters/curl/upstream.h"

using namespace vestibule;

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
