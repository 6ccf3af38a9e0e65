#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>

#include "adapters/postgres/postgres_session_store.h"
#include "adapters/redis/redis_session_store.h"
#include "adapters/sqlite/sqlite_session_store.h"
#include "tests/contract/store_contract.h"
#include "tests/support/memory_session_store.h"
#include "tests/support/postgres_schema.h"

namespace vestibule {
namespace {

// Not destroyed by a failed assertion, which leaves by longjmp; removed in the test's .fini.
std::string directory;
std::unique_ptr<SessionStore> store;
bool expires_by_itself = false;

}  // namespace

SessionStore& fresh_memory_store() {
    store = std::make_unique<MemorySessionStore>();
    return *store;
}

SessionStore& fresh_sqlite_store() {
    directory = (std::filesystem::temp_directory_path() / "vestibule-store-XXXXXX").string();
    cr_assert(mkdtemp(directory.data()) != nullptr);
    store = must(open_sqlite_store(directory + "/sessions.db", {.purge_per_write = 0}));
    return *store;
}

SessionStore& fresh_redis_store() {
    const char* socket = std::getenv("VESTIBULE_TEST_REDIS");
    cr_assert(socket != nullptr, "no Redis server; start the tests with tests/with_stores");
    const std::string prefix = "contract-" + std::to_string(::getpid());
    store = must(open_redis_store("redis://" + std::string(socket) + "?prefix=" + prefix, {.purge_per_write = 0}));
    expires_by_itself = true;
    return *store;
}

std::uint64_t counted_by_purge(std::uint64_t sessions, std::uint64_t ids_and_marks) {
    return expires_by_itself ? sessions : sessions + ids_and_marks;
}

void remove_sqlite_store() {
    store.reset();
    if (!directory.empty()) std::filesystem::remove_all(directory);
}

SessionStore& fresh_postgres_store() {
    store = must(open_postgres_store(fresh_postgres_schema(), {.purge_per_write = 0}));
    must(store->migrate());
    return *store;
}

void remove_postgres_store() {
    store.reset();
    drop_postgres_schema();
}

std::string octets_of(std::string_view name) {
    std::string octets(name);
    octets.resize(32, '.');
    return octets;
}

NewSession session_of(std::string_view key_name, std::string_view sub_name) {
    NewSession session;
    session.flow_started_at = kNow;
    SessionRow& row = session.row;
    row.key = key(key_name);
    row.sub = sub(sub_name);
    row.browser = browser("browser of " + std::string(key_name));
    row.created_at = kNow;
    row.idle_expires_at = kNow + kIdle;
    row.expires_at = kNow + kAbsolute;
    row.access_expires_at = kNow + Seconds{300};
    row.access_lifetime = Seconds{301};
    row.sealed = {"claims", "access", "refresh and id"};
    return session;
}

NewSession session_of(std::string_view key_name, std::string_view sub_name, std::string_view sid_name) {
    NewSession session = session_of(key_name, sub_name);
    session.row.sid = sid(sid_name);
    return session;
}

NewSession session_in_browser(std::string_view key_name, std::string_view browser_name) {
    NewSession session = session_of(key_name);
    session.row.browser = browser(browser_name);
    session.replaces_browser = {session.row.browser};
    return session;
}

void expect_same(const SessionRow& actual, const SessionRow& expected) {
    cr_expect(actual.key == expected.key);
    cr_expect(actual.version == expected.version);
    cr_expect(actual.sid == expected.sid);
    cr_expect(actual.sub == expected.sub);
    cr_expect(actual.browser == expected.browser);
    cr_expect(actual.created_at == expected.created_at);
    cr_expect(actual.idle_expires_at == expected.idle_expires_at);
    cr_expect(actual.expires_at == expected.expires_at);
    cr_expect(actual.access_expires_at == expected.access_expires_at);
    cr_expect(actual.access_lifetime == expected.access_lifetime);
    cr_expect(actual.sealed == expected.sealed);
}

Lease lease_of(SessionStore& from, std::string_view name, Seconds duration, WallTime now) {
    const LeaseAnswer answer = must(from.acquire_lease(key(name), duration, now));
    const Lease* lease = std::get_if<Lease>(&answer);
    cr_assert(lease != nullptr, "no lease for %s but answer %zu", std::string(name).c_str(), answer.index());
    return *lease;
}

Replacement refreshed(const Lease& lease, std::string_view what) {
    const std::string text(what);
    return {lease.row.key,       lease.row.version,
            lease.fence,         {text + " claims", text + " access", text + " refresh and id"},
            kNow + Seconds{900}, Seconds{600}};
}

}  // namespace vestibule
