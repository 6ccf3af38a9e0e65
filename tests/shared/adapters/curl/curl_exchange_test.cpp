#include "adapters/curl/curl_exchange.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <string>
#include <thread>

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

// --- a client that sends slowly ---

namespace {

// A body that comes through a pipe, as the client's does; ready() where something is in it.
class SlowUpload final : public BodySource {
public:
    SlowUpload() { cr_assert(eq(int, pipe(ends_), 0)); }
    ~SlowUpload() override {
        close(ends_[0]);
        close(ends_[1]);
    }

    void send(std::string_view octets) const {
        cr_assert(
            eq(int, static_cast<int>(write(ends_[1], octets.data(), octets.size())), static_cast<int>(octets.size())));
    }

    Result<std::size_t> read(std::span<char> into) override {
        cr_expect(ready(), "nobody waits in read()");
        return static_cast<std::size_t>(::read(ends_[0], into.data(), into.size()));
    }
    bool ready() override {
        asked = true;
        pollfd wanted{ends_[0], POLLIN, 0};
        return poll(&wanted, 1, 0) > 0;
    }
    int descriptor() const override { return ends_[0]; }

    std::atomic<bool> asked{false};

private:
    int ends_[2];
};

OutboundRequest upload_to(const RawHttpServer& server, std::shared_ptr<BodySource> upload, std::uint64_t length) {
    OutboundRequest request = get(server.url());
    request.method = "POST";
    request.upload = std::move(upload);
    request.content_length = length;
    request.limits = {Milliseconds{5'000}, Milliseconds{20'000}, Milliseconds{20'000}, Milliseconds{0}};
    return request;
}

void swallow(RawConnection& connection) {
    connection.read_header();
    connection.wait_until_closed();
}

}  // namespace

Test(curl, an_early_refusal_is_seen_while_the_client_is_silent) {
    RawHttpServer server([](RawConnection& connection) {
        connection.read_header();
        connection.read(1);
        connection.write("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig");
        connection.wait_until_closed();
    });
    auto upload = std::make_shared<SlowUpload>();
    upload->send("x");
    auto answer = CurlHttpClient().send(upload_to(server, upload, 100));
    cr_assert(eq(int, answer.value().status, 413));
    cr_assert(eq(str, std::string(answer->body), "big"));
}

Test(curl, a_client_that_goes_away_in_the_middle_of_its_upload_cancels) {
    RawHttpServer server(swallow);
    auto gone = std::make_shared<Flag>();
    OutboundRequest request = upload_to(server, std::make_shared<SlowUpload>(), 100);
    request.cancellation = gone;
    gone->raised = true;
    auto answer = CurlHttpClient().send(request);
    cr_assert(answer.error().code == ErrorCode::bad_request);
    cr_assert(contains(answer.error().detail, "cancelled"));
}

Test(curl, the_limit_of_the_whole_counts_while_the_client_is_silent) {
    RawHttpServer server(swallow);
    OutboundRequest request = upload_to(server, std::make_shared<SlowUpload>(), 100);
    request.limits.total = Milliseconds{100};
    cr_assert(CurlHttpClient().send(request).error().code == ErrorCode::upstream_timeout);
}

// The upstream is not blamed for the client, who pauses longer than the first octet of the answer may take.
Test(curl, a_silent_client_does_not_use_up_the_upstreams_time) {
    RawHttpServer server([](RawConnection& connection) {
        connection.read_header();
        connection.read(1);
        cr_assert(eq(sz, connection.read(1).size(), 1));
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    auto upload = std::make_shared<SlowUpload>();
    upload->send("a");
    OutboundRequest request = upload_to(server, upload, 2);
    request.limits.first_byte = Milliseconds{400};
    // "Asked" some more means that the exchange has gone round its 200 ms loop while nothing came.
    std::thread client([&] {
        for (int rounds = 0; rounds < 4; ++rounds) {
            upload->asked = false;
            while (!upload->asked) std::this_thread::yield();
        }
        upload->send("b");
    });
    auto answer = CurlHttpClient().send(request);
    client.join();
    cr_assert(answer.has_value(), "%s", answer ? "" : answer.error().detail.c_str());
    cr_assert(eq(int, answer->status, 200));
}

// RFC 9110 §7.7, checklist P05
Test(curl, an_empty_query_keeps_its_question_mark) {
    cr_expect(header_seen({}, "/x?").starts_with("GET /x? HTTP/1.1\r\n"));
    cr_expect(header_seen({}, "/x").starts_with("GET /x HTTP/1.1\r\n"));
    cr_expect(header_seen({}, "/x??").starts_with("GET /x?? HTTP/1.1\r\n"));
}
