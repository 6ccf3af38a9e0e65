// A server in trouble: an error with its cause, in bounded time, never a crash, mended without a restart (checklist
// X09, X16; peers D6).
#include <atomic>
#include <thread>

#include "tests/shared/adapters/redis/store_on_redis.h"

using namespace vestibule;

TestSuite(redis_faults, .fini = stop_servers, .timeout = 60);

static const std::vector<std::string> kDurable{"--appendonly", "yes", "--appendfsync", "always"};

Test(redis_faults, X16_a_server_that_is_not_there_is_unavailable_until_it_is) {
    RedisServer& server = start_server(kDurable);
    const auto store = open_store(server.url());
    cr_assert(insert(*store, "a"));
    server.kill();
    expect_unavailable(store->find({"a"}, kNow), "find", "cannot connect");
    expect_unavailable(store->insert(session_of("b"), kNow), "insert", "cannot connect");
    expect_unavailable(store->check(), "check", "cannot connect");
    server.start();
    cr_expect(is_there(*store, "a"));
    cr_expect(insert(*store, "b"));
}

Test(redis_faults, a_restart_between_two_calls_is_not_noticed) {
    for (const auto listening : {RedisListening::socket, RedisListening::port}) {
        RedisServer& server = start_server(kDurable, listening);
        const auto store = open_store(server.url());
        cr_assert(insert(*store, "a"));
        server.kill();
        server.start();
        cr_expect(store->touch({"a"}, kNow + Seconds{10}, kNow).value_or(false));
        server.tell({"CLIENT", "KILL", "TYPE", "normal"});
        cr_expect(store->erase({"a"}, kNow).value_or(std::nullopt).has_value());
    }
}

Test(redis_faults, X16_a_frozen_server_holds_nobody_longer_than_the_limit) {
    RedisServer& server = start_server();
    const auto store = open_store(server.url(), {.time_limit = Milliseconds{500}, .connections = 2});
    cr_assert(insert(*store, "a"));
    server.freeze();
    std::atomic<int> unavailable{0};
    const auto took = time_of([&] {
        std::vector<std::thread> threads;
        for (int i = 0; i < 6; ++i) {  // some with a connection, some waiting for one
            threads.emplace_back([&] { unavailable += store->find({"a"}, kNow).has_value() ? 0 : 1; });
        }
        for (std::thread& thread : threads) thread.join();
    });
    cr_expect(eq(int, unavailable.load(), 6));
    cr_expect(took < Milliseconds{5000}, "%ld ms", static_cast<long>(took.count()));
    const auto next = time_of([&] { expect_unavailable(store->find({"a"}, kNow), "find", "did not answer"); });
    cr_expect(next < Milliseconds{400}, "%ld ms", static_cast<long>(next.count()));  // it is left alone for a second
    server.thaw();
    cr_expect(comes_back(*store));
}

Test(redis_faults, a_kill_in_the_middle_of_writes_loses_nothing_committed_and_leaves_no_half) {
    RedisServer& server = start_server(kDurable);
    std::vector<std::string> committed;
    for (int round = 0; round < 3; ++round) {
        std::mutex mutex;
        std::vector<std::thread> threads;
        for (int thread = 0; thread < 3; ++thread) {
            threads.emplace_back([&, thread] {
                const auto store = open_store(server.url());
                for (int number = 0;; ++number) {
                    const std::string name =
                        std::to_string(round) + "-" + std::to_string(thread) + "-" + std::to_string(number);
                    if (!store->insert(session_of(name), kNow)) return;
                    const std::lock_guard lock(mutex);
                    committed.push_back(name);
                }
            });
        }
        const std::size_t enough = committed.size() + 40;
        for (bool reached = false; !reached;) {
            usleep(1000);
            const std::lock_guard lock(mutex);
            reached = committed.size() > enough;
        }
        server.kill();
        for (std::thread& thread : threads) thread.join();
        server.start();
    }
    const auto store = open_store(server.url());
    for (const std::string& name : committed) cr_assert(is_there(*store, name), "%s was committed", name.c_str());
    std::uint64_t counted = store->statistics(kNow).value().sessions;
    cr_expect(counted >= committed.size() && counted <= committed.size() + 9);  // what was done and not answered
    cr_expect(eq(u64, store->list({}, 100'000, kNow).value().size(), counted));
    cr_expect(eq(u64, store->end_sub({{"alice"}}, {}, kNow, kNow).value(), counted));
    cr_expect(server.tell({"DBSIZE"}) == "2", "%s", server.tell({"DBSIZE"}).c_str());  // the version, the mark
}

Test(redis_faults, a_wrong_password_is_said_and_never_told) {
    RedisServer& server = start_server({"--requirepass", "right"});
    const std::string socket = server.url().substr(8);
    expect_unavailable(open_store("redis://" + socket)->find({"a"}, kNow), "find", "NOAUTH");
    for (const char* credentials : {":hunter2@", "somebody:hunter2@"}) {
        const auto found = open_store("redis://" + std::string(credentials) + socket)->find({"a"}, kNow);
        expect_unavailable(found, "find", "WRONGPASS");
        cr_expect(found.error().detail.find("hunter2") == std::string::npos);
    }
    cr_expect(insert(*open_store("redis://:right@" + socket), "a"));
    cr_expect(insert(*open_store("redis://default:right@" + socket), "b"));
}

Test(redis_faults, X09_a_full_memory_refuses_logins_and_lets_sessions_be_used_and_ended) {
    RedisServer& server = start_server({"--maxmemory-policy", "noeviction"});
    const auto store = open_store(server.url());
    cr_assert(insert(*store, "a") && insert(*store, "b"));
    const auto answer = store->acquire_lease({"a"}, Seconds{30}, kNow);
    cr_assert(answer.has_value());
    const Lease lease = std::get<Lease>(*answer);
    server.tell({"CONFIG", "SET", "maxmemory", "1mb"});
    expect_unavailable(store->insert(session_of("c"), kNow), "insert", "OOM");
    expect_unavailable(store->consume_once(OnceKind::flow, "f", kNow + Seconds{60}, kNow), "consume_once", "OOM");
    expect_unavailable(store->check(), "check", "OOM");
    cr_expect(is_there(*store, "a"));
    cr_expect(store->touch({"a"}, kNow + Seconds{9}, kNow).value_or(false));
    const auto replaced = store->replace({{"a"}, 1, lease.fence, {"c", "a", "r"}, kNow, Seconds{1}}, kNow);
    cr_expect(replaced.has_value() && *replaced == ReplaceOutcome::replaced);  // the provider has rotated the token
    cr_expect(store->erase({"a"}, kNow).value_or(std::nullopt).has_value());
    cr_expect(eq(u64, store->end_sub({{"alice"}}, {}, kNow + Seconds{60}, kNow).value_or(0), 1));
    const auto later = open_store(server.url());  // so does a process that starts now
    cr_expect(not(is_there(*later, "b")));
    server.tell({"CONFIG", "SET", "maxmemory", "0"});
    NewSession next = session_of("c");
    next.flow_started_at = kNow + Seconds{1};
    cr_expect(store->insert(next, kNow).has_value());
}

Test(redis_faults, X09_a_server_that_evicts_is_not_usable) {
    RedisServer& server = start_server({"--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"});
    const auto store = open_store(server.url());
    expect_unavailable(store->check(), "check", "set maxmemory-policy noeviction");
    server.tell({"CONFIG", "SET", "maxmemory-policy", "noeviction"});
    cr_expect(store->check().has_value());
    server.tell({"CONFIG", "SET", "maxmemory-policy", "volatile-ttl", "maxmemory", "0"});
    cr_expect(store->check().has_value());  // without a limit nothing is evicted
}

Test(redis_faults, a_server_that_still_loads_is_unavailable_until_it_has) {
    RedisServer& server = start_server(kDurable);
    {
        const auto store = open_store(server.url());
        for (int i = 0; i < 50; ++i) cr_assert(insert(*store, std::to_string(i)));
    }
    cr_assert(server.tell({"CONFIG", "SET", "save", "", "aof-use-rdb-preamble", "yes"}) == "OK");
    server.tell({"BGREWRITEAOF"});
    while (server.tell({"INFO", "persistence"}).find("aof_rewrite_in_progress:0") == std::string::npos) usleep(10'000);
    server.kill();
    server.slow_down_loading();
    const auto store = open_store(server.url(), {.time_limit = Milliseconds{3000}});
    Result<std::optional<SessionRow>> found = failure(ErrorCode::internal);
    for (int tries = 0; tries < 200; ++tries) {  // until it listens
        found = store->find({"7"}, kNow);
        if (found || found.error().detail.find("LOADING") != std::string::npos) break;
        usleep(10'000);
    }
    expect_unavailable(found, "find", "LOADING");
    const auto deadline = std::chrono::steady_clock::now() + Seconds{30};
    while (!found && std::chrono::steady_clock::now() < deadline) {
        usleep(50'000);
        found = store->find({"7"}, kNow);
    }
    cr_expect(found.has_value() && found->has_value());
}

// A former primary must not answer for the new one, not even questions: what it knows is of yesterday.
Test(redis_faults, D6_39_a_server_that_became_a_replica_answers_nobody) {
    RedisServer& primary = start_server({}, RedisListening::port);
    RedisServer& server = start_server();
    const auto store = open_store(server.url(), {.time_limit = Milliseconds{600}});
    cr_assert(insert(*store, "a"));
    cr_assert(server.tell({"REPLICAOF", "127.0.0.1", std::to_string(primary.port())}) == "OK");
    expect_unavailable(store->find({"a"}, kNow), "find", "");
    expect_unavailable(store->erase({"a"}, kNow), "erase", "");
    cr_assert(server.tell({"REPLICAOF", "NO", "ONE"}) == "OK");
    cr_expect(store->find({"a"}, kNow).has_value());
}

Test(redis_faults, X09_a_write_that_no_replica_confirms_is_no_success) {
    RedisServer& server = start_server();
    const auto store = open_store(server.url("?replicas=1"), {.time_limit = Milliseconds{2000}});
    expect_unavailable(store->insert(session_of("a"), kNow), "insert", "not confirmed by 1 replica");
    expect_unavailable(store->erase({"a"}, kNow), "erase", "not confirmed by 1 replica");
    cr_expect(store->find({"a"}, kNow).has_value());
    expect_unavailable(store->check(), "check", "not confirmed by 1 replica");
}

Test(redis_faults, X09_what_was_ended_stays_ended_after_a_failover) {
    RedisServer& primary = start_server(kDurable, RedisListening::port);
    RedisServer& replica = start_server(kDurable);
    cr_assert(replica.tell({"REPLICAOF", "127.0.0.1", std::to_string(primary.port())}) == "OK");
    while (replica.tell({"INFO", "replication"}).find("master_link_status:up") == std::string::npos) usleep(10'000);
    const auto before = open_store(primary.url("?replicas=1"));
    for (int i = 0; i < 20; ++i) cr_assert(insert(*before, std::to_string(i)));
    for (int i = 0; i < 20; i += 2)
        cr_assert(before->erase({std::to_string(i)}, kNow).value_or(std::nullopt).has_value());
    primary.kill();
    cr_assert(replica.tell({"REPLICAOF", "NO", "ONE"}) == "OK");
    const auto after = open_store(replica.url());
    for (int i = 0; i < 20; ++i) cr_expect(is_there(*after, std::to_string(i)) == (i % 2 == 1), "%d", i);
}

Test(redis_faults, as_many_connections_as_are_allowed_serve_any_number_of_threads) {
    RedisServer& server = start_server();
    const auto store = open_store(server.url(), {.connections = 3});
    std::atomic<int> failed{0};
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 12; ++thread) {
        threads.emplace_back([&, thread] {
            for (int i = 0; i < 20; ++i) {
                failed += store->find({std::to_string(thread)}, kNow).has_value() ? 0 : 1;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    cr_expect(eq(int, failed.load(), 0));
    const std::string received = server.tell({"INFO", "stats"});
    const std::size_t at = received.find("total_connections_received:") + 27;
    const int connections = std::stoi(received.substr(at));
    cr_expect(connections <= 5, "%d", connections);  // ours, and two of tell()
}

Test(redis_faults, scripts_that_the_server_forgot_are_sent_again) {
    RedisServer& server = start_server();
    const auto store = open_store(server.url());
    cr_assert(insert(*store, "a"));
    cr_assert(server.tell({"SCRIPT", "FLUSH"}) == "OK");
    cr_expect(is_there(*store, "a"));
    cr_expect(insert(*store, "b"));
}
