// The contract suite: each CONTRACT(name) below tests/contract/ is one test for every store there is. A new store is a
// factory in stores_under_test.cpp and a line in the macro.
//
//   CONTRACT(an_unknown_key_is_absent) {
//       cr_assert(not(must(store.find(key("nobody"), kNow)).has_value()));
//   }
#pragma once

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "session/store.h"

namespace vestibule {

// A fresh, empty store of each kind. It lives until the test's process ends; one test opens one.
SessionStore& fresh_memory_store();
SessionStore& fresh_sqlite_store();    // never purges by itself, so that tests see what is there
SessionStore& fresh_redis_store();     // below a prefix of its own; never purges by itself either
SessionStore& fresh_postgres_store();  // in a schema of its own, likewise
void remove_sqlite_store();            // its directory; also after a failed assertion
void remove_postgres_store();

#define CONTRACT(name)                                                                                              \
    static void contract_##name(SessionStore& store);                                                               \
    Test(memory_store, name) { contract_##name(fresh_memory_store()); }                                             \
    Test(sqlite_store, name, .fini = remove_sqlite_store, .timeout = 60) { contract_##name(fresh_sqlite_store()); } \
    Test(postgres_store, name, .fini = remove_postgres_store, .timeout = 120) {                                     \
        contract_##name(fresh_postgres_store());                                                                    \
    }                                                                                                               \
    Test(redis_store, name, .timeout = 60) { contract_##name(fresh_redis_store()); }                                \
    static void contract_##name(SessionStore& store)

inline constexpr WallTime kNow{Seconds{1'800'000'000}};
inline constexpr Seconds kIdle{1800};
inline constexpr Seconds kAbsolute{43200};

// 32 octets that begin with the name.
std::string octets_of(std::string_view name);
inline SessionKey key(std::string_view name) { return {octets_of(name)}; }
inline IndexKey sub(std::string_view name) { return {octets_of(name)}; }
inline IndexKey sid(std::string_view name) { return {octets_of(name)}; }
inline IndexKey browser(std::string_view name) { return {octets_of(name)}; }

// A login that began and ended at kNow, without a sid, in a browser of its own.
NewSession session_of(std::string_view key_name, std::string_view sub_name = "alice");
NewSession session_of(std::string_view key_name, std::string_view sub_name, std::string_view sid_name);
// A login in that browser; it ends the browser's other sessions.
NewSession session_in_browser(std::string_view key_name, std::string_view browser_name);

// How many of so many records that are over a purge counts: all, or the sessions only where the server of the store
// expires ids and marks by itself.
std::uint64_t counted_by_purge(std::uint64_t sessions, std::uint64_t ids_and_marks);

// The value of a call that has to succeed.
template <class T>
T must(Result<T> result) {
    cr_assert(result.has_value(), "%s", result ? "" : result.error().detail.c_str());
    return *std::move(result);
}
inline void must(const Result<void>& result) {
    cr_assert(result.has_value(), "%s", result ? "" : result.error().detail.c_str());
}

inline void put(SessionStore& store, const NewSession& session) {
    cr_assert(must(store.insert(session, kNow)) == InsertOutcome::inserted);
}
inline bool is_there(SessionStore& store, std::string_view name, WallTime now = kNow) {
    return must(store.find(key(name), now)).has_value();
}
inline SessionRow row_of(SessionStore& store, std::string_view name, WallTime now = kNow) {
    auto found = must(store.find(key(name), now));
    cr_assert(found.has_value(), "no session %s", std::string(name).c_str());
    return *found;
}
void expect_same(const SessionRow& actual, const SessionRow& expected);

// A lease that has to be granted.
Lease lease_of(SessionStore& store, std::string_view name, Seconds duration, WallTime now = kNow);
// What a refresh would write, made from the lease.
Replacement refreshed(const Lease& lease, std::string_view what = "new");

}  // namespace vestibule
