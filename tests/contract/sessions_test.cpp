// Insert, find, touch, erase: the boundaries of a session's life (checklist X07, X08).
#include "tests/contract/store_contract.h"

using namespace vestibule;

CONTRACT(what_was_inserted_is_found_as_it_was) {
    const NewSession session = session_of("a", "alice", "s1");
    put(store, session);
    expect_same(row_of(store, "a"), session.row);
}

CONTRACT(a_session_without_a_sid_is_found_without_one) {
    put(store, session_of("a"));
    cr_assert(not(row_of(store, "a").sid.has_value()));
}

CONTRACT(an_unknown_key_is_absent) { cr_assert(not(is_there(store, "nobody"))); }

CONTRACT(a_session_is_there_one_second_before_its_idle_limit) {
    put(store, session_of("a"));
    cr_assert(is_there(store, "a", kNow + kIdle - Seconds{1}));
}

CONTRACT(a_session_whose_idle_limit_equals_now_is_gone) {
    put(store, session_of("a"));
    cr_assert(not(is_there(store, "a", kNow + kIdle)));
}

CONTRACT(X08_a_session_whose_expires_at_equals_now_is_gone) {
    NewSession session = session_of("a");
    session.row.idle_expires_at = session.row.expires_at;
    put(store, session);
    cr_expect(is_there(store, "a", kNow + kAbsolute - Seconds{1}));
    cr_expect(not(is_there(store, "a", kNow + kAbsolute)));
}

CONTRACT(an_idle_limit_beyond_the_absolute_one_is_cut_to_it) {
    NewSession session = session_of("a");
    session.row.idle_expires_at = session.row.expires_at + Seconds{1};
    put(store, session);
    cr_expect(row_of(store, "a").idle_expires_at == session.row.expires_at);
    cr_expect(not(is_there(store, "a", kNow + kAbsolute)));
}

CONTRACT(a_live_key_is_not_taken_and_nothing_is_written) {
    const NewSession first = session_of("a");
    put(store, first);
    put(store, session_of("old"));
    NewSession second = session_of("a", "mallory");
    second.replaces = key("old");
    cr_assert(must(store.insert(second, kNow)) == InsertOutcome::key_taken);
    expect_same(row_of(store, "a"), first.row);
    cr_expect(is_there(store, "old"));
}

CONTRACT(the_key_of_an_expired_session_that_was_not_purged_is_free) {
    put(store, session_of("a"));
    NewSession later = session_of("a", "bob");
    later.row.idle_expires_at = kNow + kIdle * 2;
    cr_assert(must(store.insert(later, kNow + kIdle)) == InsertOutcome::inserted);
    expect_same(row_of(store, "a", kNow + kIdle), later.row);
}

CONTRACT(a_new_session_ends_the_one_it_replaces) {
    put(store, session_of("old"));
    NewSession session = session_of("new");
    session.replaces = key("old");
    put(store, session);
    cr_expect(not(is_there(store, "old")));
    cr_expect(is_there(store, "new"));
}

CONTRACT(replacing_a_session_that_is_not_there_is_no_error) {
    NewSession session = session_of("new");
    session.replaces = key("nobody");
    put(store, session);
    cr_expect(is_there(store, "new"));
}

CONTRACT(a_session_cannot_be_replaced_under_its_own_key) {  // a login always gives a new identifier
    put(store, session_of("a"));
    NewSession same = session_of("a");
    same.replaces = key("a");
    cr_expect(must(store.insert(same, kNow)) == InsertOutcome::key_taken);
    cr_expect(is_there(store, "a"));
}

CONTRACT(of_two_logins_begun_in_one_browser_the_later_insert_leaves_one_session) {  // checklist C28, S20
    put(store, session_in_browser("first tab", "firefox"));
    put(store, session_in_browser("second tab", "firefox"));
    cr_expect(not(is_there(store, "first tab")));
    cr_expect(is_there(store, "second tab"));
    cr_expect(eq(u64, must(store.statistics(kNow)).sessions, 1));
}

CONTRACT(a_session_of_another_browser_is_left_alone) {
    put(store, session_in_browser("a", "firefox"));
    put(store, session_in_browser("b", "chromium"));
    put(store, session_of("c"));
    put(store, session_in_browser("d", "firefox"));
    cr_expect(not(is_there(store, "a")));
    for (const char* name : {"b", "c", "d"}) cr_expect(is_there(store, name), "%s", name);
}

CONTRACT(a_browser_is_known_by_each_of_its_names) {  // one for each key of the ring
    put(store, session_in_browser("a", "firefox by the first key"));
    NewSession session = session_in_browser("b", "firefox by the second key");
    session.replaces_browser = {browser("firefox by the second key"), browser("firefox by the first key")};
    put(store, session);
    cr_expect(not(is_there(store, "a")));
    cr_expect(is_there(store, "b"));
}

CONTRACT(a_browser_that_is_not_to_be_replaced_keeps_its_session) {
    put(store, session_in_browser("a", "firefox"));
    NewSession session = session_in_browser("b", "firefox");
    session.replaces_browser.clear();
    put(store, session);
    cr_expect(is_there(store, "a") && is_there(store, "b"));
}

CONTRACT(a_new_session_ends_the_one_it_replaces_and_that_of_its_browser) {
    put(store, session_of("old"));
    put(store, session_in_browser("first tab", "firefox"));
    NewSession session = session_in_browser("second tab", "firefox");
    session.replaces = key("old");
    put(store, session);
    cr_expect(not(is_there(store, "old")));
    cr_expect(not(is_there(store, "first tab")));
    cr_expect(is_there(store, "second tab"));
}

CONTRACT(a_taken_key_ends_no_session_of_the_browser) {
    put(store, session_in_browser("first tab", "firefox"));
    put(store, session_of("a"));
    cr_expect(must(store.insert(session_in_browser("a", "firefox"), kNow)) == InsertOutcome::key_taken);
    cr_expect(must(store.insert(session_in_browser("first tab", "firefox"), kNow)) == InsertOutcome::key_taken);
    cr_expect(is_there(store, "first tab") && is_there(store, "a"));
}

CONTRACT(what_was_in_flight_for_a_browsers_former_session_does_not_bring_it_back) {
    put(store, session_in_browser("first tab", "firefox"));
    const Lease lease = lease_of(store, "first tab", Seconds{30});
    put(store, session_in_browser("second tab", "firefox"));
    cr_expect(must(store.replace(refreshed(lease), kNow)) == ReplaceOutcome::gone);
    cr_expect(not(must(store.touch(key("first tab"), kNow + kIdle, kNow))));
    cr_expect(not(is_there(store, "first tab")));
}

CONTRACT(a_refreshed_session_is_still_its_browsers) {
    put(store, session_in_browser("first tab", "firefox"));
    const Lease lease = lease_of(store, "first tab", Seconds{30});
    cr_expect(lease.row.browser == browser("firefox"));
    cr_assert(must(store.replace(refreshed(lease), kNow)) == ReplaceOutcome::replaced);
    cr_expect(row_of(store, "first tab").browser == browser("firefox"));
    put(store, session_in_browser("second tab", "firefox"));
    cr_expect(not(is_there(store, "first tab")));
}

CONTRACT(touch_moves_the_idle_limit_and_nothing_else) {
    const NewSession session = session_of("a", "alice", "s1");
    put(store, session);
    cr_assert(must(store.touch(key("a"), kNow + kIdle + Seconds{60}, kNow)));
    SessionRow expected = session.row;
    expected.idle_expires_at += Seconds{60};
    expect_same(row_of(store, "a"), expected);
}

CONTRACT(touch_never_goes_back) {
    put(store, session_of("a"));
    cr_expect(must(store.touch(key("a"), kNow + Seconds{1}, kNow)));
    cr_expect(row_of(store, "a").idle_expires_at == kNow + kIdle);
}

CONTRACT(touch_never_passes_the_absolute_limit) {
    put(store, session_of("a"));
    cr_expect(must(store.touch(key("a"), kNow + kAbsolute + Seconds{1}, kNow)));
    cr_expect(row_of(store, "a").idle_expires_at == kNow + kAbsolute);
    cr_expect(not(is_there(store, "a", kNow + kAbsolute)));
}

CONTRACT(touch_never_revives_an_expired_session) {
    put(store, session_of("a"));
    cr_expect(not(must(store.touch(key("a"), kNow + kIdle * 2, kNow + kIdle))));
    cr_expect(not(is_there(store, "a", kNow + kIdle)));
}

CONTRACT(touch_never_revives_an_erased_session_nor_creates_one) {
    put(store, session_of("a"));
    cr_assert(must(store.erase(key("a"), kNow)).has_value());
    cr_expect(not(must(store.touch(key("a"), kNow + kIdle * 2, kNow))));
    cr_expect(not(is_there(store, "a")));
}

CONTRACT(erase_gives_the_session_that_was_there_once) {
    const NewSession session = session_of("a", "alice", "s1");
    put(store, session);
    put(store, session_of("b"));
    const auto ended = must(store.erase(key("a"), kNow));
    cr_assert(ended.has_value());
    expect_same(*ended, session.row);
    cr_expect(not(must(store.erase(key("a"), kNow)).has_value()));
    cr_expect(not(is_there(store, "a")));
    cr_expect(is_there(store, "b"));
}

CONTRACT(R15_erase_gives_the_session_as_it_stood_last) {
    put(store, session_of("a"));
    const Lease lease = lease_of(store, "a", Seconds{30});
    cr_assert(must(store.replace(refreshed(lease), kNow)) == ReplaceOutcome::replaced);
    cr_assert(must(store.touch(key("a"), kNow + kIdle + Seconds{60}, kNow)));
    const SessionRow last = row_of(store, "a");
    cr_assert(last.sealed == refreshed(lease).sealed);
    const auto ended = must(store.erase(key("a"), kNow));
    cr_assert(ended.has_value());
    expect_same(*ended, last);
}

CONTRACT(an_expired_session_was_not_there_for_erase_and_is_removed_all_the_same) {
    put(store, session_of("a"));
    put(store, session_of("b"));
    cr_expect(must(store.erase(key("a"), kNow + kIdle - Seconds{1})).has_value());
    cr_expect(not(must(store.erase(key("b"), kNow + kIdle)).has_value()));
    cr_expect(not(is_there(store, "b")), "on a host whose clock is behind, either");
}

CONTRACT(an_erased_session_is_forgotten_with_its_lease) {
    put(store, session_of("a"));
    lease_of(store, "a", Seconds{30});
    must(store.erase(key("a"), kNow));
    put(store, session_of("a"));
    cr_expect(eq(u64, lease_of(store, "a", Seconds{30}).fence, 1));
}

CONTRACT(check_finds_a_fresh_store_usable) { must(store.check()); }
