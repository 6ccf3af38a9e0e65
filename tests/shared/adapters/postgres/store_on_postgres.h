// What the tests of the PostgreSQL store in trouble have in common.
#pragma once

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "adapters/postgres/postgres_session_store.h"

namespace vestibule {

inline constexpr WallTime kNow{Seconds{1'800'000'000}};

// The value of a call that has to succeed.
template <class T>
T must(Result<T> result) {
    cr_assert(result.has_value(), "%s", result ? "" : result.error().detail.c_str());
    return *std::move(result);
}
inline void must(const Result<void>& result) {
    cr_assert(result.has_value(), "%s", result ? "" : result.error().detail.c_str());
}

template <class T>
void expect_unavailable(const Result<T>& result, const char* words) {
    cr_assert(not(result.has_value()), "it works, where \"%s\" was to be said", words);
    cr_expect(result.error().code == ErrorCode::store_unavailable);
    cr_expect(result.error().detail.find(words) != std::string::npos, "%s", result.error().detail.c_str());
    cr_expect(result.error().detail.find("CANARY") == std::string::npos, "%s", result.error().detail.c_str());
}

inline NewSession session_of(const std::string& name) {
    NewSession session;
    SessionRow& row = session.row;
    row.key.octets = name;
    row.sub.octets = "somebody";
    row.browser.octets = "browser of " + name;
    row.created_at = kNow;
    row.expires_at = row.idle_expires_at = kNow + Seconds{3600};
    row.sealed = {"claims", "access", "refresh"};
    return session;
}

inline bool inserted(SessionStore& store, const char* name) {
    const auto outcome = store.insert(session_of(name), kNow);
    return outcome && *outcome == InsertOutcome::inserted;
}

inline bool is_there(SessionStore& store, const char* name) { return must(store.find({name}, kNow)).has_value(); }

inline Milliseconds time_of(const std::function<void()>& work) {
    const auto begun = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - begun);
}

}  // namespace vestibule
