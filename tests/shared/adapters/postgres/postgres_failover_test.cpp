// A primary and its replica, and clients that die or freeze inside a transaction (checklist R03, X11, X16).
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>
#include <vector>

#include "tests/shared/adapters/postgres/store_on_postgres.h"
#include "tests/support/postgres_schema.h"
#include "tests/support/postgres_server.h"

using namespace vestibule;

TestSuite(postgres_failover, .timeout = 240, .fini = drop_postgres_schema);

Test(postgres_failover, what_a_synchronous_replica_confirmed_is_there_after_its_promotion) {
    PostgresServer primary;
    must(must(open_postgres_store(primary.address()))->migrate());
    const auto replica = PostgresServer::replica_of(primary);
    ask_postgres(primary.address(), "ALTER SYSTEM SET synchronous_standby_names = '*'");
    ask_postgres(primary.address(), "SELECT pg_reload_conf()");
    const auto store = must(open_postgres_store("postgresql://vestibule@/postgres?host=" + replica->socket() + "," +
                                                primary.socket()));  // the replica is asked first, and may not write
    cr_assert(inserted(*store, "a"));
    must(store->end_sub({{"nobody"}}, {}, kNow + Seconds{60}, kNow));
    primary.signal_all(SIGKILL);
    expect_unavailable(store->find({"a"}, kNow), "postgresql find");
    cr_assert(ask_postgres(replica->address(), "SELECT pg_promote()::text") == "true");
    cr_expect(is_there(*store, "a"));
    cr_expect(inserted(*store, "b"));
    NewSession ended = session_of("c");
    ended.row.sub.octets = "nobody";
    ended.flow_started_at = kNow;
    cr_expect(must(store->insert(ended, kNow)) == InsertOutcome::ended_meanwhile);
}

// --- clients in trouble ---

// A process that holds every lock a logout needs, in a transaction that it does not end.
static pid_t start_holder(const std::string& address, Milliseconds time_limit) {
    int ready[2];
    cr_assert(pipe(ready) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const auto connection = connect_to_postgres(address, time_limit);
        if (!connection || !(*connection)->execute("BEGIN; LOCK TABLE session, ended_sub IN ACCESS EXCLUSIVE MODE")) {
            ::_exit(1);
        }
        (void)!::write(ready[1], "x", 1);
        for (;;) ::pause();
    }
    ::close(ready[1]);
    char ignored = 0;
    cr_assert(read(ready[0], &ignored, 1) == 1, "the holder has not got its locks");
    return child;
}

static void end(pid_t child) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
}

Test(postgres_failover, R03_a_client_that_is_killed_inside_a_transaction_blocks_nobody) {
    const std::string address = fresh_postgres_schema();
    const auto store = must(open_postgres_store(address));
    must(store->migrate());
    cr_assert(inserted(*store, "a"));
    end(start_holder(address, Milliseconds{60'000}));
    cr_expect(must(store->end_sub({{"somebody"}}, {}, kNow + Seconds{60}, kNow)) == 1);
}

// The server ends its transaction after the limit that the client itself has set.
Test(postgres_failover, X16_a_client_that_freezes_inside_a_transaction_blocks_nobody_for_long) {
    const std::string address = fresh_postgres_schema();
    const auto store = must(open_postgres_store(address, {.time_limit = Milliseconds{30'000}}));
    must(store->migrate());
    cr_assert(inserted(*store, "a"));
    const pid_t holder = start_holder(address, Milliseconds{2000});
    ::kill(holder, SIGSTOP);
    cr_expect(must(store->end_sub({{"somebody"}}, {}, kNow + Seconds{60}, kNow)) == 1);
    end(holder);
}

Test(postgres_failover, X16_who_waits_for_a_lock_too_long_is_told_so_in_time) {
    const std::string address = fresh_postgres_schema();
    const auto store = must(open_postgres_store(address, {.time_limit = Milliseconds{1000}}));
    must(store->migrate());
    const pid_t holder = start_holder(address, Milliseconds{60'000});
    const Milliseconds took = time_of([&] { expect_unavailable(store->find({"a"}, kNow), "postgresql find"); });
    cr_expect(took < Milliseconds{10'000}, "%ld ms", static_cast<long>(took.count()));
    end(holder);
    std::this_thread::sleep_for(Milliseconds{1100});  // the pause after a server that did not answer
    must(store->find({"a"}, kNow));
}

Test(postgres_failover, X16_many_threads_share_as_many_connections_as_are_allowed) {
    const std::string address = fresh_postgres_schema() + "&application_name=pool-" + std::to_string(::getpid());
    const auto store = must(open_postgres_store(address, {.time_limit = Milliseconds{60'000}, .connections = 2}));
    must(store->migrate());
    cr_assert(inserted(*store, "a"));
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            for (int round = 0; round < 25; ++round) (void)is_there(*store, "a");
        });
    }
    for (std::thread& thread : threads) thread.join();
    // Connections stay open for a minute: these are all there were.
    const std::string count =
        ask_postgres(address, "SELECT count(*)::text FROM pg_stat_activity WHERE application_name = 'pool-" +
                                  std::to_string(::getpid()) + "' AND pid <> pg_backend_pid()");
    cr_expect(count == "2", "%s connections", count.c_str());
}
