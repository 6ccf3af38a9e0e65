#include "session/shared_clock.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <atomic>
#include <latch>
#include <limits>
#include <thread>
#include <vector>

#include "tests/support/failing_session_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_session_store.h"
#include "tests/support/recording_log.h"

using namespace vestibule;

namespace {

struct Hosts {
    FakeClock server;
    FakeClock host;
    RecordingLog log;
    MemorySessionStore memory;
    FailingSessionStore store{memory};
    SharedClock clock{host, store, log};
    int asked = 0;

    Hosts() {
        store.server_clock = &server;
        store.before(StoreOperation::server_time, [this] { ++asked; });
    }
    Seconds off() const { return clock.now() - server.now(); }
    void pass(Seconds time) {
        server.advance(time);
        host.advance(time);
        clock.keep_in_step();
    }
};

}  // namespace

Test(shared_clock, X18_a_host_that_is_off_goes_by_the_servers_time) {
    for (const Seconds off : {Seconds{120}, Seconds{-120}, Seconds{3}, kFollowsAtMost}) {
        Hosts h;
        h.host.step_wall_time(off);
        cr_expect(h.off() == off, "nobody has asked yet");
        h.clock.keep_in_step();
        cr_expect(h.off() == Seconds{0});
        cr_expect(h.log.has("clock.followed"));
    }
}

Test(shared_clock, a_second_or_two_are_left_alone) {
    for (const Seconds off : {Seconds{0}, Seconds{1}, -kClocksAgree, kClocksAgree}) {
        Hosts h;
        h.host.step_wall_time(off);
        h.clock.keep_in_step();
        cr_expect(h.off() == off);
        cr_expect(h.log.text().empty());
    }
}

Test(shared_clock, a_clock_that_is_far_off_is_not_followed_and_that_is_said) {
    for (const Seconds off : {kFollowsAtMost + Seconds{1}, -kFollowsAtMost - Seconds{1}, Seconds{1'000'000'000}}) {
        Hosts h;
        h.host.step_wall_time(off);
        h.clock.keep_in_step();
        cr_expect(h.off() == off);
        cr_expect(h.log.has("clock.not_followed"));
    }
}

Test(shared_clock, a_clock_that_runs_away_is_followed_no_further_and_not_by_what_it_once_was) {
    Hosts h;
    h.host.step_wall_time(Seconds{-240});
    h.clock.keep_in_step();
    cr_expect(h.off() == Seconds{0});
    h.server.step_wall_time(Seconds{120});
    h.pass(Seconds{30});
    cr_expect(h.off() == Seconds{-360}, "as in a process that starts now");
}

Test(shared_clock, a_server_may_say_any_number) {
    for (const std::int64_t seconds : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1},
                                       std::int64_t{1} << 60, std::numeric_limits<std::int64_t>::max()}) {
        Hosts h;
        const FakeClock absurd(WallTime{Seconds{seconds}});
        h.store.server_clock = &absurd;
        h.clock.keep_in_step();
        cr_expect(h.off() == Seconds{0});
        cr_expect(h.log.has("clock.not_followed"));
    }
}

Test(shared_clock, X18_what_is_signed_is_judged_by_the_hosts_own_clock) {
    Hosts h;
    h.server.step_wall_time(Seconds{120});
    h.clock.keep_in_step();
    cr_expect(h.clock.now() == h.server.now());
    cr_expect(h.clock.host_now() == h.host.now());
}

Test(shared_clock, X18_a_hosts_clock_that_somebody_sets_is_noticed_at_the_next_request) {
    Hosts h;
    h.host.step_wall_time(Seconds{-120});
    h.clock.keep_in_step();
    for (const Seconds step : {Seconds{120}, Seconds{-90}, Seconds{5}}) {
        h.host.step_wall_time(step);
        h.pass(Seconds{1});
        cr_expect(std::chrono::abs(h.off()) <= kClocksAgree);
    }
    cr_expect(eq(int, h.asked, 4));
}

Test(shared_clock, X18_a_servers_clock_that_somebody_sets_is_noticed_within_half_a_minute) {
    Hosts h;
    h.clock.keep_in_step();
    h.server.step_wall_time(Seconds{90});
    h.pass(Seconds{29});
    cr_expect(h.off() == Seconds{-90});
    h.pass(Seconds{1});
    cr_expect(h.off() == Seconds{0});
    cr_expect(eq(int, h.asked, 2));
}

Test(shared_clock, X18_until_the_server_answers_a_step_of_the_hosts_clock_moves_nothing) {
    Hosts h;
    h.host.step_wall_time(Seconds{-120});
    h.clock.keep_in_step();
    h.store.fail_next(StoreOperation::server_time, 2);
    for (const Seconds step : {Seconds{120}, Seconds{60}}) {
        h.host.step_wall_time(step);
        h.pass(Seconds{1});
        cr_expect(h.off() == Seconds{0});
    }
    h.host.step_wall_time(Seconds{-600});
    h.store.fail_next(StoreOperation::server_time);
    h.pass(Seconds{1});
    cr_expect(h.off() == Seconds{-540}, "too far: by its own");
    h.pass(Seconds{5});
    cr_expect(h.off() == Seconds{-540});
}

Test(shared_clock, X18_without_a_server_a_step_is_the_hosts_business) {
    Hosts h;
    h.store.server_clock = nullptr;
    h.clock.keep_in_step();
    h.host.step_wall_time(Seconds{120});
    h.pass(Seconds{1});
    cr_expect(h.clock.now() == h.host.now());
}

Test(shared_clock, of_an_answer_that_took_long_the_middle_counts) {
    Hosts h;
    const auto take = [&h](Milliseconds time) {
        return [&h, time] {
            h.server.advance(time);
            h.host.advance(time);
        };
    };
    h.host.step_wall_time(Seconds{120});
    h.store.after(StoreOperation::server_time, take(Seconds{4}));
    h.clock.keep_in_step();
    cr_expect(std::chrono::abs(h.off()) <= Seconds{2});
    const Seconds off = h.off();
    h.store.after(StoreOperation::server_time, take(Milliseconds{100}));
    h.pass(Seconds{30});
    cr_expect(h.off() == off, "as good as before");
}

Test(shared_clock, requests_do_not_ask_each_time) {
    Hosts h;
    for (int request = 0; request < 100; ++request) h.clock.keep_in_step();
    cr_expect(eq(int, h.asked, 1));
}

Test(shared_clock, where_the_server_does_not_answer_nothing_moves_and_it_is_asked_again_soon) {
    Hosts h;
    h.host.step_wall_time(Seconds{120});
    h.clock.keep_in_step();
    h.store.fail_next(StoreOperation::server_time);
    h.pass(Seconds{30});
    cr_expect(h.off() == Seconds{0}, "what was known stays");
    cr_expect(h.log.has("clock.not_asked"));
    h.server.step_wall_time(Seconds{-60});
    h.pass(Seconds{4});
    cr_expect(h.off() == Seconds{60});
    h.pass(Seconds{1});
    cr_expect(h.off() == Seconds{0});
}

Test(shared_clock, X16_a_store_that_stays_down_is_said_once) {
    Hosts h;
    h.store.fail_always(StoreOperation::server_time);
    for (int request = 0; request < 10; ++request) h.pass(Seconds{10});
    cr_expect(eq(sz, h.log.count("clock.not_asked"), 1));
    cr_expect(h.asked >= 10);
    h.store.fail_next(StoreOperation::server_time, 0);
    h.pass(Seconds{10});
    h.store.fail_next(StoreOperation::server_time);
    h.pass(Seconds{30});
    cr_expect(eq(sz, h.log.count("clock.not_asked"), 2));
}

Test(shared_clock, a_store_on_this_host_has_no_other_time) {
    Hosts h;
    h.store.server_clock = nullptr;
    h.host.step_wall_time(Seconds{120});
    h.clock.keep_in_step();
    cr_expect(h.off() == Seconds{120});
}

Test(shared_clock, the_first_requests_wait_for_the_answer, .timeout = 60) {
    Hosts h;
    h.host.step_wall_time(Seconds{120});
    constexpr int kRequests = 8;
    std::latch all_there(kRequests);
    h.store.before(StoreOperation::server_time, [&] {
        ++h.asked;
        all_there.wait();
    });
    std::vector<std::thread> requests;
    std::atomic<int> right{0};
    for (int request = 0; request < kRequests; ++request) {
        requests.emplace_back([&] {
            all_there.count_down();
            h.clock.keep_in_step();
            if (h.off() == Seconds{0}) ++right;
        });
    }
    for (std::thread& request : requests) request.join();
    cr_expect(right == kRequests);
    cr_expect(eq(int, h.asked, 1));
}
