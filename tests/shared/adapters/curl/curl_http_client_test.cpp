#include "adapters/curl/curl_http_client.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <atomic>
#include <chrono>
#include <future>
#include <string>

#include "tests/shared/adapters/curl/upstream.h"

using namespace vestibule;

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

Test(curl, A23_each_limit_of_time_is_kept) {
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
