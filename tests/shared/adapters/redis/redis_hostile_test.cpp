// A server that is none: whatever it says, and however slowly, the store is unavailable, in bounded time and memory.
#include <sys/resource.h>

#include <atomic>
#include <new>

#include "adapters/redis/redis_pool.h"
#include "adapters/system/sanitizers.h"
#include "tests/shared/adapters/redis/store_on_redis.h"
#include "tests/support/raw_http_server.h"

using namespace vestibule;

TestSuite(redis_hostile, .timeout = 60);

static std::unique_ptr<RawHttpServer> server;

// A store on a server that runs `script` for each connection.
static std::unique_ptr<SessionStore> store_on(RawHttpServer::Script script) {
    server = std::make_unique<RawHttpServer>(std::move(script));
    return open_store("redis://" + server->authority(), {.time_limit = Milliseconds{700}});
}

// Says the same to each thing it is sent.
static RawHttpServer::Script says(std::string answer) {
    return [answer = std::move(answer)](RawConnection& connection) {
        while (!connection.read(1).empty()) connection.write(answer);
    };
}

// As a server that knows the layout, then says `answer` once.
static RawHttpServer::Script says_after_the_layout(std::string answer) {
    return [answer = std::move(answer)](RawConnection& connection) {
        connection.read(20);
        connection.write("*2\r\n$1\r\n1\r\n$1\r\n1\r\n");
        connection.read(150);  // the first question whole, and something of the second
        connection.write(answer);
        connection.wait_until_closed();
    };
}

template <class Work>
static void expect_unavailable_in_time(Work work, const char* what) {
    const auto took = time_of([&] {
        const auto result = work();
        cr_expect(not(result.has_value()), "%s", what);
        if (!result) cr_expect(result.error().code == ErrorCode::store_unavailable, "%s", what);
    });
    cr_expect(took < Milliseconds{5000}, "%s took %ld ms", what, static_cast<long>(took.count()));
}

Test(redis_hostile, garbage_is_unavailable_for_every_operation) {
    for (const char* answer : {"HTTP/1.1 400 Bad Request\r\n\r\n", "$-5\r\n", "*1000000000\r\n", "*-7\r\n", "\r\n",
                               ":\r\n", "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n"}) {
        const auto store = store_on(says(answer));
        expect_unavailable_in_time([&] { return store->find({"a"}, kNow); }, answer);
        expect_unavailable_in_time([&] { return store->insert(session_of("a"), kNow); }, answer);
        expect_unavailable_in_time([&] { return store->check(); }, answer);
    }
}

Test(redis_hostile, well_formed_answers_of_the_wrong_kind_are_unavailable) {
    for (const char* answer :
         {"+OK\r\n", ":7\r\n", "$-1\r\n", "$3\r\nfoo\r\n", "*1\r\n$1\r\nx\r\n", "*2\r\n:1\r\n:2\r\n",
          "*3\r\n*0\r\n$-1\r\n:1\r\n",
          "*13\r\n$1\r\na\r\n$1\r\n1\r\n$-1\r\n:1\r\n:1\r\n:1\r\n:1\r\n:1\r\n:1\r\n:1\r\n:1\r\n:1\r\n:1\r\n",
          "*2\r\n$7\r\ngranted\r\n$1\r\n1\r\n", "-ERR unknown command\r\n", "-\r\n", "-MOVED 1\r\n",
          "-ASK 1 nowhere\r\n"}) {
        const auto store = store_on(says_after_the_layout(answer));
        expect_unavailable_in_time([&] { return store->find({"a"}, kNow); }, answer);
        const auto other = store_on(says_after_the_layout(answer));
        expect_unavailable_in_time([&] { return other->acquire_lease({"a"}, Seconds{30}, kNow); }, answer);
        const auto third = store_on(says_after_the_layout(answer));
        expect_unavailable_in_time([&] { return third->insert(session_of("a"), kNow); }, answer);
    }
}

Test(redis_hostile, half_an_answer_is_waited_for_no_longer_than_the_limit) {
    for (const char* answer : {"", "+", "$100\r\nabc", "*2\r\n$1\r\n1\r\n", "$1000000000\r\n"}) {
        const auto store = store_on([answer](RawConnection& connection) {
            connection.read(1);
            connection.write(answer);
            connection.wait_until_closed();
        });
        const auto took = time_of([&] { cr_expect(not(store->erase({"a"}, kNow).has_value())); });
        cr_expect(took >= Milliseconds{600} && took < Milliseconds{3000}, "%s: %ld ms", answer,
                  static_cast<long>(took.count()));
    }
}

Test(redis_hostile, an_answer_that_trickles_is_not_waited_for_longer) {
    const auto store = store_on([](RawConnection& connection) {
        connection.read(1);
        connection.write("$1000000\r\n");
        for (int octet = 0; octet < 100; ++octet) {
            connection.write("x");
            usleep(50'000);
        }
    });
    const auto took = time_of([&] { cr_expect(not(store->erase({"a"}, kNow).has_value())); });
    cr_expect(took < Milliseconds{3000}, "%ld ms", static_cast<long>(took.count()));
}

Test(redis_hostile, an_endless_answer_takes_bounded_memory) {
    const auto store = store_on([](RawConnection& connection) {
        connection.read(1);
        connection.write("$1000000000\r\n");
        const std::string octets(1 << 20, 'x');
        for (int mebibyte = 0; mebibyte < 400; ++mebibyte) connection.write(octets);
    });
    cr_expect(not(store->erase({"a"}, kNow).has_value()));
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    cr_expect(kSanitized || used.ru_maxrss < 160 << 10,  // a sanitizer keeps what was freed
              "%ld KiB", used.ru_maxrss);
}

// What was sent may have been done: only what changes nothing is asked again.
Test(redis_hostile, what_may_have_been_done_is_never_repeated) {
    static std::atomic<int> asked{0};
    const RawHttpServer::Script hangs_up = [](RawConnection& connection) {
        connection.read(20);
        connection.write("*2\r\n$1\r\n1\r\n$1\r\n1\r\n");
        connection.read(500);
        if (connection.read(50).empty()) return;
        ++asked;
    };
    {
        const auto store = store_on(hangs_up);
        expect_unavailable_in_time([&] { return store->insert(session_of("a"), kNow); }, "insert");
    }
    cr_expect(eq(int, asked.load(), 1));
}

Test(redis_hostile, servers_that_send_from_one_to_the_other_are_left_in_time) {
    const auto store = store_on([](RawConnection& connection) {
        connection.read(20);
        connection.write("-MOVED 1 " + server->authority() + "\r\n");
        while (!connection.read(1).empty()) connection.write("-MOVED 1 " + server->authority() + "\r\n");
    });
    expect_unavailable_in_time([&] { return store->find({"a"}, kNow); }, "a loop");
    cr_expect(server->connections() < 40, "%d", server->connections());
}

Test(redis_hostile, what_the_server_says_reaches_the_log_printable_and_short) {
    const auto store = store_on(says("-ERR \x1b[31m" + std::string(5000, 'x') + "\r\n"));
    const auto found = store->find({"a"}, kNow);
    cr_assert(not(found.has_value()));
    cr_expect(found.error().detail.size() < 400);
    cr_expect(found.error().detail.find('\x1b') == std::string::npos);
}

// X10: the server's word does not lead password and rows to a host without TLS.
Test(redis_hostile, X10_a_redirection_to_another_host_without_TLS_is_not_followed_unless_accepted) {
    for (const char* answer : {"-MOVED 1 192.0.2.1:6379\r\n", "-ASK 1 192.0.2.1:6379\r\n"}) {
        const auto store = store_on(says_after_the_layout(answer));
        expect_unavailable(store->find({"a"}, kNow), "find", "allowInsecureStore");
        cr_expect(eq(int, server->connections(), 1));
        const auto lax = open_store("redis://" + server->authority(),
                                    {.time_limit = Milliseconds{300}, .plain_beyond_this_host = PlainRedis::accepted});
        const auto found = lax->find({"a"}, kNow);
        cr_assert(not(found.has_value()));  // nobody is there
        cr_expect(found.error().detail.find("allowInsecureStore") == std::string::npos);
    }
}

Test(redis_hostile, X10_no_connection_without_TLS_is_opened_to_another_host) {
    RedisAddress address = *parse_redis_url("redis://:secret@127.0.0.1");
    NameLookup names;
    const auto deadline = std::chrono::steady_clock::now() + Milliseconds{300};
    const RedisEndpoint elsewhere{"192.0.2.1", "6379", ""};
    const auto refused = RedisConnection::open(address, elsewhere, names, 0, deadline);
    cr_assert(not(refused.has_value()));
    cr_expect(refused.error().detail.find("allowInsecureStore") != std::string::npos, "%s",
              refused.error().detail.c_str());
    cr_expect(refused.error().detail.find("secret") == std::string::npos);
}

Test(redis_hostile, what_the_server_says_about_a_password_is_never_repeated) {
    for (const char* answer : {"-ERR unknown command 'AUTH', with args beginning with: 'me' 'CANARY' \r\n",
                               "-CANARY\r\n", "-CANARY is wrong\r\n", "-WRONGPASS CANARY\r\n"}) {
        server = std::make_unique<RawHttpServer>(says(answer));
        const auto store = open_store("redis://me:CANARY@" + server->authority(), {.time_limit = Milliseconds{700}});
        const auto found = store->find({"a"}, kNow);
        cr_assert(not(found.has_value()));
        cr_expect(found.error().detail.find("CANARY") == std::string::npos, "%s", found.error().detail.c_str());
        const bool has_word = std::string_view(answer).starts_with("-WRONGPASS ");
        const bool says_it = found.error().detail.find("WRONGPASS") != std::string::npos;
        cr_expect(says_it == has_word, "%s", answer);
    }
}

// Else every later call would read what its predecessor was answered.
Test(redis_hostile, a_connection_that_an_exception_left_in_the_middle_of_a_call_is_not_used_again) {
    server = std::make_unique<RawHttpServer>([](RawConnection& connection) {
        connection.read(1);
        connection.write("$100\r\nhalf of");
        connection.wait_until_closed();
    });
    RedisPool pool(*parse_redis_url("redis://" + server->authority()), 1);
    const RedisEndpoint endpoint = parse_redis_url("redis://" + server->authority())->endpoint;
    for (int connections = 1; connections <= 2; ++connections) {
        const auto now = std::chrono::steady_clock::now();
        try {
            auto borrowed = pool.borrow(endpoint, now + Seconds{5});
            cr_assert(borrowed.has_value());
            cr_expect(not(borrowed->connection().call({{"PING"}}, now + Milliseconds{300}).has_value()));
            throw std::bad_alloc();
        } catch (const std::bad_alloc&) {
        }
        cr_expect(eq(int, server->connections(), connections));
    }
}

Test(redis_hostile, a_connection_with_more_answers_than_questions_is_not_used_again) {
    const auto store = store_on([](RawConnection& connection) {
        connection.read(20);
        connection.write("*2\r\n$1\r\n1\r\n$1\r\n1\r\n");
        connection.read(150);
        connection.write("*0\r\n*0\r\n");
        connection.wait_until_closed();
    });
    must_succeed(store->find({"a"}, kNow));
    cr_expect(eq(int, server->connections(), 1));
    must_succeed(store->find({"b"}, kNow));
    cr_expect(eq(int, server->connections(), 2));
}
