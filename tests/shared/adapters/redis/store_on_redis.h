// Stores on servers of the test's own, and what tests ask of them.
#pragma once

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "adapters/redis/redis_session_store.h"
#include "tests/support/redis_server.h"

namespace vestibule {

inline constexpr WallTime kNow{Seconds{1'800'000'000}};

// Stopped in .fini, because a failed assertion leaves by longjmp.
inline std::vector<std::unique_ptr<RedisServer>>& servers() {
    static std::vector<std::unique_ptr<RedisServer>> all;
    return all;
}
inline void stop_servers() { servers().clear(); }

inline RedisServer& start_server(std::vector<std::string> settings = {},
                                 RedisListening listening = RedisListening::socket) {
    servers().push_back(std::make_unique<RedisServer>(std::move(settings), listening));
    return *servers().back();
}

inline std::unique_ptr<SessionStore> open_store(const std::string& url, const RedisStoreOptions& options = {}) {
    auto store = open_redis_store(url, options);
    cr_assert(store.has_value(), "%s", store ? "" : store.error().detail.c_str());
    return *std::move(store);
}

inline NewSession session_of(const std::string& name, Seconds lifetime = Seconds{3600}) {
    NewSession session;
    session.flow_started_at = kNow;
    session.row.key.octets = name;
    session.row.sub.octets = "alice";
    session.row.browser.octets = "browser of " + name;
    session.row.created_at = kNow;
    session.row.idle_expires_at = session.row.expires_at = kNow + lifetime;
    session.row.sealed = {std::string(1000, 'c'), std::string(1500, 'a'), std::string(2500, 'r')};
    return session;
}

inline bool insert(SessionStore& store, const std::string& name) {
    const auto outcome = store.insert(session_of(name), kNow);
    cr_expect(outcome.has_value(), "%s", outcome ? "" : outcome.error().detail.c_str());
    return outcome && *outcome == InsertOutcome::inserted;
}

inline bool is_there(SessionStore& store, const std::string& name) {
    const auto found = store.find({name}, kNow);
    cr_assert(found.has_value(), "%s", found ? "" : found.error().detail.c_str());
    return found->has_value();
}

// Within some seconds.
inline bool comes_back(SessionStore& store) {
    const auto deadline = std::chrono::steady_clock::now() + Seconds{20};
    while (std::chrono::steady_clock::now() < deadline) {
        if (store.find({"a"}, kNow)) return true;
        std::this_thread::sleep_for(Milliseconds{50});
    }
    return false;
}

// Unavailable, with the operation and the cause in the detail.
template <class T>
void expect_unavailable(const Result<T>& result, const char* operation, const char* cause) {
    cr_assert(not(result.has_value()), "%s succeeded", operation);
    const std::string& detail = result.error().detail;
    cr_expect(result.error().code == ErrorCode::store_unavailable);
    cr_expect(detail.find(std::string("redis ") + operation + ": ") == 0, "%s", detail.c_str());
    cr_expect(detail.find(cause) != std::string::npos, "%s lacks \"%s\"", detail.c_str(), cause);
}

template <class T>
void must_succeed(const Result<T>& result) {
    cr_expect(result.has_value(), "%s", result ? "" : result.error().detail.c_str());
}

// How long `work` took.
template <class Work>
Milliseconds time_of(Work work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - start);
}

}  // namespace vestibule
