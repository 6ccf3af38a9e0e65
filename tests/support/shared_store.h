// A fresh store that several processes share, named by its address: a SQLite file in a directory of its own, a prefix
// in the Redis and a schema in the PostgreSQL that tests/with_stores started. One a test; its suite ends with
// `.fini = remove_shared_store`, which also runs after a failed assertion.
//
//   ON_SHARED_STORES(faults, the_lease_of_a_dead_process_runs_out) { … address … }
#pragma once

#include <criterion/criterion.h>

#include <memory>
#include <string>
#include <string_view>

#include "session/store.h"

namespace vestibule {

std::string fresh_shared_sqlite();
std::string fresh_shared_redis();
std::string fresh_shared_postgres();  // with its schema
void remove_shared_store();

// A path in a directory that goes with the store.
std::string file_beside_shared_store(std::string_view name);
// As an executable opens it. A process opens its own, and forks while none is open.
std::unique_ptr<SessionStore> open_shared_store(const std::string& address);

// One test for each of them, in the suites sqlite_…, redis_… and postgres_….
#define ON_SHARED_STORES(suite, name)                                                                                 \
    static void suite##_##name(const std::string& address);                                                           \
    Test(sqlite_##suite, name, .fini = remove_shared_store, .timeout = 3600) {                                        \
        suite##_##name(fresh_shared_sqlite());                                                                        \
    }                                                                                                                 \
    Test(redis_##suite, name, .fini = remove_shared_store, .timeout = 3600) { suite##_##name(fresh_shared_redis()); } \
    Test(postgres_##suite, name, .fini = remove_shared_store, .timeout = 3600) {                                      \
        suite##_##name(fresh_shared_postgres());                                                                      \
    }                                                                                                                 \
    static void suite##_##name(const std::string& address)

}  // namespace vestibule
