// One store that processes come and go on, the provider that outlives them, and the time.
#pragma once

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <string>

#include "functions/refresh/handler.h"
#include "tests/support/shared_store.h"
#include "tests/support/test_world.h"
#include "tests/support/world_on_store.h"

namespace vestibule {

// The store's server's: right, or off by so much.
struct ServersClock final : Clock {
    explicit ServersClock(FakeClock& right_one) : right(right_one) {}
    WallTime now() const override { return right.now() + off; }
    MonotonicTime monotonic_now() const override { return right.monotonic_now(); }
    void sleep(Milliseconds duration) override { right.sleep(duration); }

    FakeClock& right;
    Seconds off{0};
};

struct Scene {
    Scene(const Scene&) = delete;
    Scene& operator=(const Scene&) = delete;

    const std::string address;
    FakeClock clock;  // the provider's, and of the processes that begin
    ServersClock server{clock};
    ScriptedHttpClient http{&clock};
    TestProvider op{http, clock};
    static inline std::uint64_t worlds = 0;  // several scenes may use one store

    // What a process does that lives as long as the call. None is open when it returns, so that others may be forked.
    template <class Work>
    auto in_a_process(Work work) {
        const auto store = open_shared_store(address);
        WorldOnStore here(*store, http, op, clock.now(), ++worlds);
        return work(here);
    }
    explicit Scene(std::string store) : address(std::move(store)) {
        cr_assert(refreshed(put_session()) == "200");  // the provider's metadata and keys are in the store now
    }
    // Whose access token lives for another 50 s: it wants a refresh, and can do without for a while.
    std::string put_session() {
        return in_a_process([&](WorldOnStore& here) {
            here.clock.step_wall_time(Seconds{-250});
            return cookie_pair(here.put_session(op));
        });
    }
    static Request post_refresh(const std::string& cookie) { return fetch_request("POST", "/auth/refresh", cookie); }
    // What somebody hears who asks for a refresh `later`: "200", or "401 session_ended".
    std::string refreshed(const std::string& cookie, Seconds later = Seconds{0}) {
        return in_a_process([&](WorldOnStore& here) {
            here.clock.advance(later);
            const Response response = handle_refresh(post_refresh(cookie), here.world);
            const std::string code = response.status == 200 ? "" : " " + code_of(response);
            return std::to_string(response.status) + code;
        });
    }
    // Its row, whose fields have to open: nothing is torn. Nothing where there is none.
    std::optional<SessionRow> whole_row(const std::string& cookie) {
        return in_a_process([&](WorldOnStore& here) -> std::optional<SessionRow> {
            const auto found = find_live_session(fetch_request("GET", "/", cookie), here.store, here.keys, clock.now());
            cr_assert(found.has_value(), "the store is away");
            if (!*found) return std::nullopt;
            const bool opens = (*found)->tokens(here.keys).has_value();
            cr_assert(opens, "a session is torn");
            return (*found)->row();
        });
    }
    std::uint64_t sessions() {
        return in_a_process([&](WorldOnStore& here) { return here.store.statistics(clock.now()).value().sessions; });
    }
};

}  // namespace vestibule
