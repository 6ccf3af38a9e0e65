// What the PostgreSQL store does in trouble: servers that restart, freeze and die, addresses and schemas that will not
// do (checklist X10, X12, X16; peers D6). Each test has a server of its own.
#include "tests/shared/adapters/postgres/store_on_postgres.h"

#include <csignal>
#include <new>
#include <thread>

#include "adapters/postgres/postgres_pool.h"
#include "tests/support/postgres_schema.h"
#include "tests/support/postgres_server.h"

using namespace vestibule;

TestSuite(postgres_faults, .timeout = 120, .fini = drop_postgres_schema);

Test(postgres_faults, nothing_is_made_until_somebody_migrates) {
    const auto store = must(open_postgres_store(fresh_postgres_schema()));
    expect_unavailable(store->find({"a"}, kNow), "admin migrate");
    must(store->migrate());
    must(store->migrate());
    must(store->check());
    cr_expect(inserted(*store, "a"));
}

Test(postgres_faults, X18_the_server_says_what_time_it_is) {
    const auto store = must(open_postgres_store(fresh_postgres_schema()));
    must(store->migrate());
    const auto told = must(store->server_time());
    cr_assert(told.has_value());
    cr_expect(std::chrono::abs(*told - std::chrono::system_clock::now()) < Seconds{5}, "it is this machine's");
}

// X12: an old program and a new one side by side, and the refusal of one that is too old.
Test(postgres_faults, a_schema_that_was_expanded_is_used_and_one_that_was_contracted_is_refused) {
    const std::string address = fresh_postgres_schema();
    must(must(open_postgres_store(address))->migrate());
    ask_postgres(address,
                 "ALTER TABLE session ADD COLUMN more text NOT NULL DEFAULT '';"
                 "INSERT INTO schema_version (version, works_from) VALUES (1000, 1)");
    cr_expect(inserted(*must(open_postgres_store(address)), "a"));
    ask_postgres(address, "INSERT INTO schema_version (version, works_from) VALUES (1001, 1000)");
    expect_unavailable(must(open_postgres_store(address))->find({"a"}, kNow), "needs a program that knows 1000");
}

Test(postgres_faults, an_address_that_does_not_prove_the_host_is_refused_and_never_repeated) {  // X10
    for (const char* address :
         {"postgresql://me:CANARY@db/x?sslmode=require", "postgresql://me:CANARY@db/x?sslmode=disable",
          "postgresql://me:CANARY@localhost,db/x?sslmode=prefer", "postgresql://me:CAN%ZZARY@db/x",
          "postgresql://me:CANARY@db/x?target_session_attrs=standby", "postgresql://me:CANARY@a,b/x?port=1,2,3"}) {
        const auto refused = open_postgres_store(address);
        cr_assert(not(refused.has_value()), "%s", address);
        cr_expect(refused.error().detail.find("CAN") == std::string::npos);
    }
    cr_expect(open_postgres_store("postgresql://me@db/x").has_value());
    cr_expect(open_postgres_store("postgresql://me@db/x?sslmode=require", {.tls = StoreTls::as_the_address_says})
                  .has_value());
}

Test(postgres_faults, a_server_that_restarts_between_calls_is_not_noticed) {
    PostgresServer server;
    const auto store = must(open_postgres_store(server.address()));
    must(store->migrate());
    cr_assert(inserted(*store, "a"));
    server.stop();
    expect_unavailable(store->find({"a"}, kNow), "postgresql find");
    server.start();
    cr_expect(inserted(*store, "b"));
    cr_expect(must(store->find({"a"}, kNow)).has_value());
}

Test(postgres_faults, a_transaction_that_an_exception_left_is_not_there_for_the_next_call) {
    const std::string address = fresh_postgres_schema();
    must(must(open_postgres_store(address))->migrate());
    PostgresPool pool(must(parse_postgres_address(address, StoreTls::as_the_address_says, Seconds{20})), 1,
                      Seconds{20});
    const auto until = std::chrono::steady_clock::now() + Seconds{20};
    try {
        auto borrowed = must(pool.borrow(until));
        borrowed.connection().begin(PostgresConnection::Effect::writes, until);
        must(borrowed.connection().transaction([&]() -> Result<void> {
            must(borrowed.connection().execute("CREATE TABLE half (x int)").map([](const PostgresRows&) {}));
            throw std::bad_alloc();
        }));
    } catch (const std::bad_alloc&) {
    }
    auto next = must(pool.borrow(until));
    next.connection().begin(PostgresConnection::Effect::reads, until);
    const auto rows = must(next.connection().execute("SELECT to_regclass('half') IS NULL"));
    cr_expect(rows.octets(0, 0) == "t");
}

Test(postgres_faults, what_was_committed_survives_a_kill_of_the_server) {
    PostgresServer server;
    const auto store = must(open_postgres_store(server.address()));
    must(store->migrate());
    cr_assert(inserted(*store, "a"));
    server.signal_all(SIGKILL);
    server.start();
    cr_expect(must(store->find({"a"}, kNow)).has_value());
}

Test(postgres_faults, a_frozen_server_holds_nobody_past_the_limit) {  // X16
    PostgresServer server;
    const auto store = must(open_postgres_store(server.address(), {.time_limit = Milliseconds{1500}}));
    must(store->migrate());
    cr_assert(inserted(*store, "a"));
    server.signal_all(SIGSTOP);
    cr_expect(time_of([&] { expect_unavailable(store->find({"a"}, kNow), "in time"); }) < Seconds{10});
    cr_expect(time_of([&] { expect_unavailable(store->find({"a"}, kNow), "in time"); }) < Seconds{10});
    server.signal_all(SIGCONT);
    std::this_thread::sleep_for(Seconds{1});  // the pause after a host that did not answer
    cr_expect(must(store->find({"a"}, kNow)).has_value());
}

Test(postgres_faults, of_two_hosts_the_one_that_can_be_written_to_is_used) {
    PostgresServer first, second;
    const std::string both = "postgresql://vestibule@/postgres?host=" + first.socket() + "," + second.socket();
    must(must(open_postgres_store(first.address()))->migrate());
    must(must(open_postgres_store(second.address()))->migrate());
    const auto store = must(open_postgres_store(both));
    cr_assert(inserted(*store, "a"));
    cr_expect(must(must(open_postgres_store(first.address()))->find({"a"}, kNow)).has_value());
    // It becomes a replica, so to say: its connections end, and new ones may not write.
    ask_postgres(first.address(),
                 "ALTER DATABASE postgres SET default_transaction_read_only = on;"
                 "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                 " WHERE application_name = 'vestibule' AND pid <> pg_backend_pid()");
    cr_expect(inserted(*store, "b"));
    cr_expect(must(must(open_postgres_store(second.address()))->find({"b"}, kNow)).has_value());
    second.stop();
    expect_unavailable(store->find({"b"}, kNow), "read-only");
}
