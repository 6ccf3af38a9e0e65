#include "session/live_session.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/failing_session_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fixed_random.h"
#include "tests/support/memory_session_store.h"
#include "tests/support/session_in_store.h"
#include "tests/support/text.h"

using namespace vestibule;

namespace {

struct Bench {
    FakeClock clock;
    FixedRandom random;
    MemorySessionStore memory;
    FailingSessionStore store{memory};
    KeyRing keys = test_keys();
    SessionCookie cookie = put_session(store, keys, random, clock.now());

    Request request() const {
        Request made;
        made.headers.add("Cookie", cookie_pair(cookie));
        return made;
    }
    Result<std::optional<LiveSession>> find() { return find_live_session(request(), store, keys, clock.now()); }
};

}  // namespace

Test(live_session, is_found_by_its_cookie) {
    Bench b;
    cr_assert(b.find().value().has_value());
    cr_expect(eq(str, text(b.find().value()->claims().string_at("name").value()), text("Alice")));
}

Test(live_session, S18_an_unknown_cookie_is_no_session_and_creates_none) {
    Bench b;
    b.cookie = SessionCookie::create(b.random);
    cr_assert(not(b.find().value().has_value()));
    cr_expect(b.store.statistics(b.clock.now())->sessions == 1);
}

Test(live_session, the_right_handle_with_another_secret_is_no_session_and_deletes_nothing) {
    Bench b;
    const std::string value = cookie_pair(b.cookie);
    Request forged;
    forged.headers.add("Cookie", value.substr(0, value.size() - 4) + "AAAA");
    cr_assert(not(find_live_session(forged, b.store, b.keys, b.clock.now()).value().has_value()));
    cr_expect(b.find().value().has_value());
}

Test(live_session, X06_a_wrong_key_ring_is_no_session_and_deletes_nothing) {
    Bench b;
    const KeyRing other = test_keys("k9:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI");
    cr_assert(not(find_live_session(b.request(), b.store, other, b.clock.now()).value().has_value()));
    cr_assert(b.find().value().has_value());
}

Test(live_session, S21_the_idle_limit_ends_it_exactly_then) {
    Bench b;
    b.clock.advance(Seconds{1799});
    cr_expect(b.find().value().has_value());
    b.clock.advance(Seconds{1});
    cr_expect(not(b.find().value().has_value()));
}

Test(live_session, S22_constant_use_does_not_move_the_absolute_limit) {
    Bench b;
    for (int minute = 0; minute < 12 * 60; ++minute) {
        const auto session = b.find();
        cr_assert(session.value().has_value(), "minute %d", minute);
        cr_assert(touch_session(**session, b.store, Seconds{1800}, b.clock.now()).has_value());
        b.clock.advance(Seconds{60});
    }
    cr_expect(not(b.find().value().has_value()));
}

Test(live_session, a_touch_is_written_at_most_once_in_a_tenth_of_the_idle_time) {
    Bench b;
    for (int i = 0; i < 1800; ++i) {
        cr_assert(touch_session(**b.find(), b.store, Seconds{1800}, b.clock.now()).has_value());
        b.clock.advance(Seconds{1});
    }
    cr_expect(le(int, b.store.calls(StoreOperation::touch), 10));
    cr_expect(ge(int, b.store.calls(StoreOperation::touch), 9));
}

Test(live_session, a_late_touch_does_not_revive_a_session_that_was_ended) {
    Bench b;
    const auto session = b.find().value().value();
    b.clock.advance(Seconds{600});
    (void)b.store.erase(b.cookie.key(), b.clock.now());
    cr_assert(touch_session(session, b.store, Seconds{1800}, b.clock.now()).has_value());
    cr_expect(not(b.find().value().has_value()));
}

Test(live_session, K11_a_store_that_is_down_is_an_error_and_not_an_absence) {
    Bench b;
    b.store.fail_all();
    cr_assert(b.find().error().code == ErrorCode::store_unavailable);
}

Test(live_session, every_cookie_that_is_shown_names_a_session_to_end) {
    Bench b;
    const auto other = SessionCookie::create(b.random);
    Request request = b.request();
    request.headers.add("Cookie", cookie_pair(other) + "; __Host-Http-session=junk");
    const auto shown = shown_sessions(request);
    cr_assert(eq(sz, shown.size(), 2));
    cr_expect(shown[0].key() == b.cookie.key() && shown[1].key() == other.key());
    cr_expect(shown_sessions(Request{}).empty());
}
