// Nobody holds a thread by being slow (checklist H12, P46): bodies that drip, answers nobody reads, connections without
// number. Every test has one thread, so that a held one shows.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sys/resource.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tests/shared/adapters/fastcgi/serving.h"

using namespace vestibule;

namespace {

using Keep = FastcgiClient::Connection;
using std::chrono::steady_clock;

constexpr const char* kOk = "200 OK";
constexpr Milliseconds kLimit{300};
constexpr Milliseconds kDrip{20};

const std::vector<std::string> kOneThread{"--threads", "1"};

void begin_post(FastcgiClient& client, std::string_view path, std::size_t length) {
    client.begin(Keep::close);
    client.params(params_of(path, {{"REQUEST_METHOD", "POST"}, {"CONTENT_LENGTH", std::to_string(length)}}));
}

// An octet now and then, until something is heard.
int drip(FastcgiClient& client) {
    int octets = 0;
    do client.standard_input("x");
    while (++octets < 1000 && !client.hears_within(kDrip));
    return octets;
}

bool takes_less_than(Seconds limit, steady_clock::time_point begin) { return steady_clock::now() - begin < limit; }

}  // namespace

Test(client_limits, a_body_that_drips_is_given_up) {
    Serving serving(kOneThread, kLimit);
    const auto begin = steady_clock::now();
    FastcgiClient client(serving.socket());
    begin_post(client, "/body", 100'000);
    cr_expect(lt(int, drip(client), 1000));
    cr_expect(eq(str, client.collect().status(), "400 Bad Request"));
    cr_expect(eq(str, serving.get("/").status(), kOk));
    cr_expect(takes_less_than(Seconds{10}, begin));
}

Test(client_limits, a_body_that_never_comes_is_given_up) {
    Serving serving(kOneThread, kLimit);
    FastcgiClient client(serving.socket());
    begin_post(client, "/body", 10);
    cr_expect(eq(str, client.collect().status(), "400 Bad Request"));
    cr_expect(eq(str, serving.get("/").status(), kOk));
}

Test(client_limits, a_body_whose_end_never_comes_is_given_up) {
    for (const std::size_t length : {std::size_t{0}, std::size_t{4}}) {
        Serving serving(kOneThread, kLimit);
        FastcgiClient client(serving.socket());
        begin_post(client, "/body", length);
        client.standard_input(std::string(length, 'x'));
        cr_expect(eq(str, client.collect().status(), "400 Bad Request"), "%zu octets", length);
        cr_expect(eq(str, serving.get("/").status(), kOk));
    }
}

// Octets that libfcgi has read already are not waited for. Records of all lengths, so that its buffer ends anywhere.
Test(client_limits, a_body_in_many_small_records_is_read_whole) {
    Serving serving(kOneThread, kLimit);
    for (const std::size_t size : {std::size_t{1}, std::size_t{7}, std::size_t{8}, std::size_t{1021}}) {
        constexpr std::size_t kRecords = 3000;
        FastcgiClient client(serving.socket());
        begin_post(client, "/body", size * kRecords);
        for (std::size_t i = 0; i < kRecords; ++i) client.standard_input(std::string(size, 'x'));
        client.end_standard_input();
        cr_expect(eq(str, client.collect().body(), std::to_string(size * kRecords)), "records of %zu", size);
    }
}

// Where every octet has been read and given out, the next ones are waited for.
Test(client_limits, a_body_that_pauses_within_the_limit_is_read_whole) {
    Serving serving(kOneThread, Milliseconds{20'000});
    FastcgiClient client(serving.socket());
    begin_post(client, "/body", 6);
    for (int i = 0; i < 5; ++i) {
        client.standard_input("x");
        cr_assert(not(client.hears_within(kDrip)));
    }
    client.standard_input("x");
    client.end_standard_input();
    cr_expect(eq(str, client.collect().body(), "6"));
}

Test(client_limits, an_answer_that_nobody_reads_is_given_up) {
    Serving serving(kOneThread, kLimit);
    FastcgiClient client(serving.socket());
    client.begin(Keep::close);
    client.params(params_of("/endless"));
    client.end_standard_input();
    client.collect("xxx");  // it has begun, and is read no further
    cr_expect(eq(str, serving.get("/").status(), kOk));
}

Test(client_limits, who_keeps_sending_after_the_answer_does_not_keep_the_thread) {
    Serving serving(kOneThread, kLimit);
    FastcgiClient client(serving.socket());
    begin_post(client, "/ignore-body", 100'000);
    cr_expect(eq(str, client.collect().body(), "ignored"));
    cr_expect(lt(int, drip(client), 1000));
    cr_expect(eq(str, serving.get("/").status(), kOk));
}

// libfcgi selects on descriptors, which breaks memory from FD_SETSIZE (1024) on; here it never gets to.
Test(client_limits, more_connections_than_select_can_tell_apart) {
    constexpr int kConnections = 1100;
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max < 2 * kConnections) cr_skip_test("only %ju descriptors allowed", uintmax_t{limit.rlim_max});
    limit.rlim_cur = 2 * kConnections;
    setrlimit(RLIMIT_NOFILE, &limit);

    Serving serving;
    std::vector<std::unique_ptr<FastcgiClient>> clients;
    for (int i = 0; i < kConnections; ++i) clients.push_back(std::make_unique<FastcgiClient>(serving.socket()));
    for (auto& client : clients) cr_assert(eq(str, client->exchange(params_of("/"), {}, Keep::keep).status(), kOk));
    FastcgiClient& last = *clients.back();
    begin_post(last, "/ignore-body", 100);  // closed with a body on the way
    last.standard_input("x");
    cr_expect(eq(str, last.collect().body(), "ignored"));
    cr_expect(last.collect().closed);
    FastcgiClient& broken = *clients[kConnections - 2];
    broken.raw("GET / HTTP/1.1\r\n\r\n");
    cr_expect(broken.collect().closed);
    cr_expect(eq(str, clients[kConnections - 3]->exchange(params_of("/"), {}, Keep::close).status(), kOk));
    cr_expect(eq(str, serving.get("/").status(), kOk));
}
