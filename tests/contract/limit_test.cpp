// How many sessions a user may have (checklist X17).
#include <thread>

#include "tests/contract/store_contract.h"

using namespace vestibule;

static NewSession limited(std::string_view name, std::uint64_t at_most, Seconds age = {}) {
    NewSession session = session_of(name);
    session.row.created_at = kNow - age;
    session.limit = SessionLimit{{sub("alice"), sub("alice by an older key")}, at_most};
    return session;
}

CONTRACT(X17_the_oldest_sessions_of_a_user_beyond_the_limit_end) {
    put(store, limited("oldest", 3, Seconds{300}));
    put(store, limited("middle", 3, Seconds{200}));
    put(store, limited("third", 3, Seconds{100}));
    cr_assert(is_there(store, "oldest"));
    put(store, limited("newest", 3));
    cr_expect(not(is_there(store, "oldest")));
    for (const char* name : {"middle", "third", "newest"}) cr_expect(is_there(store, name), "%s", name);
}

CONTRACT(X17_a_limit_is_no_concern_of_other_users) {
    put(store, session_of("bobs", "bob"));
    put(store, limited("a", 1, Seconds{60}));
    put(store, limited("b", 1));
    cr_expect(is_there(store, "bobs") && is_there(store, "b") && !is_there(store, "a"));
}

CONTRACT(X17_the_sessions_made_under_an_older_key_count) {
    put(store, session_of("before the rotation", "alice by an older key"));
    put(store, limited("after it", 1));
    cr_expect(not(is_there(store, "before the rotation")));
}

CONTRACT(X17_the_new_session_stays_whatever_the_clock_says) {
    put(store, limited("a clock ahead", 1));
    put(store, limited("a clock behind", 1, Seconds{60}));
    cr_expect(is_there(store, "a clock behind") && !is_there(store, "a clock ahead"));
    put(store, limited("a limit of none is one", 0, Seconds{90}));
    cr_expect(is_there(store, "a limit of none is one"));
}

CONTRACT(X17_without_a_limit_nobody_ends) {
    for (const char* name : {"a", "b", "c"}) put(store, session_of(name));
    cr_expect(eq(u64, must(store.statistics(kNow)).sessions, 3));
}

CONTRACT(X17_what_is_over_does_not_count_and_what_was_replaced_neither) {
    put(store, session_of("live"));
    must(store.touch(key("live"), kNow + kIdle * 2, kNow));
    put(store, session_of("over"));
    NewSession next = limited("next", 2);
    next.row.idle_expires_at = kNow + kIdle * 2;
    cr_assert(must(store.insert(next, kNow + kIdle)) == InsertOutcome::inserted);
    cr_expect(is_there(store, "live", kNow + kIdle));
    NewSession again = limited("again", 2);
    again.row.idle_expires_at = kNow + kIdle * 2;
    again.replaces = key("next");
    cr_assert(must(store.insert(again, kNow + kIdle)) == InsertOutcome::inserted);
    cr_expect(is_there(store, "live", kNow + kIdle) && is_there(store, "again", kNow + kIdle));
}

CONTRACT(X17_a_session_that_is_not_inserted_ends_nobody) {
    put(store, session_of("a"));
    must(store.end_sid({sid("s1")}, {}, kNow + Seconds{60}, kNow));
    NewSession refused = limited("refused", 1);
    refused.row.sid = sid("s1");
    cr_assert(must(store.insert(refused, kNow)) == InsertOutcome::ended_meanwhile);
    cr_expect(is_there(store, "a"));
}

CONTRACT(X17_logins_at_once_leave_as_many_as_may_be) {
    std::vector<std::thread> logins;
    for (int i = 0; i < 8; ++i) {
        logins.emplace_back([&store, i] { (void)store.insert(limited("login " + std::to_string(i), 3), kNow); });
    }
    for (std::thread& login : logins) login.join();
    cr_expect(eq(u64, must(store.statistics(kNow)).sessions, 3));
}
