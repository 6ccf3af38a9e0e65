// A store on a file of the test's own, and what its tests ask of it.
#pragma once

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <memory>
#include <string>

#include "adapters/sqlite/sqlite_session_store.h"
#include "tests/shared/adapters/sqlite/scratch_directory.h"

namespace vestibule {

inline constexpr WallTime kNow{Seconds{1'800'000'000}};

inline std::string path() { return scratch_directory() + "/sessions.db"; }

inline std::unique_ptr<SessionStore> open_store(const SqliteStoreOptions& options = {}) {
    auto store = open_sqlite_store(path(), options);
    cr_assert(store.has_value());
    return *std::move(store);
}

inline NewSession session_of(const std::string& name, Seconds lifetime = Seconds{100}) {
    NewSession session;
    session.flow_started_at = kNow;
    session.row.key.octets = name;
    session.row.sub.octets = "alice";
    session.row.created_at = kNow;
    session.row.idle_expires_at = session.row.expires_at = kNow + lifetime;
    session.row.sealed = {"c", "a", std::string(4000, 'r')};
    return session;
}

inline bool insert(SessionStore& store, const std::string& name) {
    const auto outcome = store.insert(session_of(name), kNow);
    return outcome && *outcome == InsertOutcome::inserted;
}

inline bool is_there(SessionStore& store, const std::string& name) {
    const auto found = store.find({name}, kNow);
    cr_assert(found.has_value(), "%s", found ? "" : found.error().detail.c_str());
    return found->has_value();
}

}  // namespace vestibule
