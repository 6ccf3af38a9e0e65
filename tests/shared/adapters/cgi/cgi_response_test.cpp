#include "adapters/cgi/cgi_response.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <string>

#include "tests/support/http_text.h"
#include "tests/support/recording_log.h"

using namespace vestibule;

namespace {

class TextSink final : public ResponseSink {
public:
    bool write(std::string_view octets) override {
        text.append(octets);
        return there;
    }
    bool flush() override {
        ++flushes;
        return there;
    }
    std::string text;
    int flushes = 0;
    bool there = true;
};

struct Written {
    std::string text;
    Delivery delivery;
    std::size_t dropped;
};

Written written(const Response& response, std::string_view method = "GET") {
    TextSink sink;
    RecordingLog log;
    const Delivery delivery = write_response(response, method, sink, log);
    return {sink.text, delivery, log.count("response.field_dropped")};
}

Response streaming(std::deque<std::string> pieces, const HeaderFields& headers = {}) {
    return {200, headers, std::make_shared<PiecewiseBody>(std::move(pieces))};
}

}  // namespace

Test(cgi_response, status_comes_first_and_the_length_is_ours) {
    cr_assert(eq(str, written({200, {{"Content-Type", "text/plain"}, {"content-length", "99"}}, "hello"}).text,
                 "Status: 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"));
    cr_assert(eq(str, written({303, {{"Location", "https://a/"}, {"Set-Cookie", "a"}, {"Set-Cookie", "b"}}, ""}).text,
                 "Status: 303 See Other\r\nLocation: https://a/\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 0"
                 "\r\n\r\n"));
}

// P50
Test(cgi_response, a_field_that_would_break_the_header_is_dropped_and_logged) {
    Written result = written({200,
                              {{"X", "a\r\nSet-Cookie: evil=1"},
                               {"Y", "a\nb"},
                               {"Z", std::string("a\0b", 3)},
                               {"A B", "c"},
                               {"", "c"},
                               {"N\r\nSet-Cookie", "evil"}},
                              ""});
    cr_assert(eq(str, std::string(result.text), "Status: 200 OK\r\nContent-Length: 0\r\n\r\n"));
    cr_assert(eq(sz, result.dropped, 6));
}

// H01, H03, H04
Test(cgi_response, H04_what_belongs_to_the_connection_or_to_us_does_not_pass) {
    Written result = written({200,
                              {{"Connection", "close"},
                               {"Keep-Alive", "a"},
                               {"Transfer-Encoding", "chunked"},
                               {"Upgrade", "a"},
                               {"status", "500"},
                               {"Content-Type", "a/a"},
                               {"content-type", "b/b"}},
                              ""});
    cr_assert(eq(str, std::string(result.text), "Status: 200 OK\r\nContent-Type: a/a\r\nContent-Length: 0\r\n\r\n"));
}

// H08, P26, P27
Test(cgi_response, H08_head_204_and_304_have_no_body) {
    cr_expect(eq(str, written({200, {}, "hello"}, "HEAD").text, "Status: 200 OK\r\nContent-Length: 5\r\n\r\n"));
    cr_expect(eq(str, written({204, {}, "hello"}).text, "Status: 204 No Content\r\n\r\n"));
    cr_expect(eq(str, written({304, {}, "hello"}).text, "Status: 304 Not Modified\r\n\r\n"));
    const auto body = std::make_shared<PiecewiseBody>(std::deque<std::string>{"a"});
    cr_expect(eq(str, written({200, {{"Content-Length", "7"}}, body}, "HEAD").text,
                 "Status: 200 OK\r\nContent-Length: 7\r\n\r\n"));
    cr_expect(eq(sz, body->reads(), 0));
}

Test(cgi_response, a_stream_is_flushed_piece_by_piece) {
    TextSink sink;
    RecordingLog log;
    cr_assert(write_response(streaming({"a", "b"}), "GET", sink, log) == Delivery::whole);
    cr_assert(eq(str, std::string(sink.text), "Status: 200 OK\r\n\r\nab"));
    cr_assert(eq(int, sink.flushes, 3));
}

// P23
Test(cgi_response, a_stream_that_breaks_off_or_misses_its_length_is_truncated) {
    const Response broken{200, {}, std::make_shared<PiecewiseBody>(std::deque<std::string>{"a"}, Error{})};
    cr_expect(written(broken).delivery == Delivery::truncated);
    cr_expect(written(streaming({"ab"}, {{"Content-Length", "3"}})).delivery == Delivery::truncated);
    cr_expect(written(streaming({"abcd"}, {{"Content-Length", "3"}})).delivery == Delivery::truncated);
    cr_expect(written(streaming({"abc"}, {{"Content-Length", "3"}})).delivery == Delivery::whole);
}

Test(cgi_response, nobody_there_is_noticed) {
    TextSink sink;
    RecordingLog log;
    sink.there = false;
    cr_assert(write_response({200, {}, "a"}, "GET", sink, log) == Delivery::nobody_there);
}
