#include "session/shared_clock.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

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

Test(shared_clock, X18_a_clock_that_is_set_right_or_wrong_meanwhile_is_noticed_within_half_a_minute) {
    Hosts h;
    h.clock.keep_in_step();
    h.host.step_wall_time(Seconds{-90});
    h.pass(Seconds{29});
    cr_expect(h.off() == Seconds{-90});
    h.pass(Seconds{1});
    cr_expect(h.off() == Seconds{0});
    h.host.step_wall_time(Seconds{91});
    h.pass(Seconds{30});
    cr_expect(h.off() <= kClocksAgree);
    cr_expect(eq(int, h.asked, 3));
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
    h.host.step_wall_time(Seconds{60});
    h.pass(Seconds{4});
    cr_expect(h.off() == Seconds{60});
    h.pass(Seconds{1});
    cr_expect(h.off() == Seconds{0});
}

Test(shared_clock, a_store_on_this_host_has_no_other_time) {
    Hosts h;
    h.store.server_clock = nullptr;
    h.host.step_wall_time(Seconds{120});
    h.clock.keep_in_step();
    cr_expect(h.off() == Seconds{120});
}

Test(shared_clock, the_first_requests_wait_for_the_answer) {
    Hosts h;
    h.host.step_wall_time(Seconds{120});
    h.store.before(StoreOperation::server_time, [&] {
        ++h.asked;
        std::this_thread::sleep_for(Milliseconds{50});
    });
    std::vector<std::thread> requests;
    std::atomic<int> right{0};
    for (int request = 0; request < 8; ++request) {
        requests.emplace_back([&] {
            h.clock.keep_in_step();
            if (h.off() == Seconds{0}) ++right;
        });
    }
    for (std::thread& request : requests) request.join();
    cr_expect(eq(int, right.load(), 8));
    cr_expect(eq(int, h.asked, 1));
}
