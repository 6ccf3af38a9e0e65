// Sessions ended by the provider or an operator, and logins in flight that must not survive it (checklist B12-B16).
#include <algorithm>
#include <functional>
#include <thread>

#include "tests/contract/store_contract.h"

using namespace vestibule;

static const WallTime kRemembered = kNow + Seconds{600};

static InsertOutcome insert_at(SessionStore& store, const NewSession& session, WallTime now) {
    return must(store.insert(session, now));
}

CONTRACT(ending_a_sid_ends_all_its_sessions_and_no_other) {
    put(store, session_of("a1", "alice", "s1"));
    put(store, session_of("a2", "alice", "s1"));
    put(store, session_of("a3", "alice", "s2"));
    put(store, session_of("a4", "alice"));
    put(store, session_of("b1", "bob", "s3"));
    cr_expect(eq(u64, must(store.end_sid({sid("s1")}, {}, kRemembered, kNow)), 2));
    for (const char* name : {"a1", "a2"}) cr_expect(not(is_there(store, name)), "%s", name);
    cr_expect(is_there(store, "a3") && is_there(store, "a4") && is_there(store, "b1"));
}

CONTRACT(several_names_of_one_sid_are_ended_at_once) {  // one for each key of the ring
    put(store, session_of("a", "alice", "s1 by the first key"));
    put(store, session_of("b", "alice", "s1 by the second key"));
    const std::vector<IndexKey> names{sid("s1 by the first key"), sid("s1 by the second key")};
    cr_expect(eq(u64, must(store.end_sid(names, {}, kRemembered, kNow)), 2));
    cr_expect(insert_at(store, session_of("c", "alice", "s1 by the second key"), kNow) ==
              InsertOutcome::ended_meanwhile);
}

CONTRACT(ending_an_unknown_sid_ends_nothing_and_is_no_error) {  // checklist B14
    cr_expect(eq(u64, must(store.end_sid({sid("s1")}, {}, kRemembered, kNow)), 0));
    cr_expect(eq(u64, must(store.end_sid({sid("s1")}, {}, kRemembered, kNow)), 0));
    cr_expect(eq(u64, must(store.end_sid({}, {}, kRemembered, kNow)), 0));
}

CONTRACT(expired_sessions_are_not_counted_as_ended) {
    put(store, session_of("a", "alice", "s1"));
    cr_expect(eq(u64, must(store.end_sid({sid("s1")}, {}, kNow + kIdle * 2, kNow + kIdle)), 0));
    put(store, session_of("b", "bob"));
    cr_expect(eq(u64, must(store.end_sub({sub("bob")}, {}, kNow + kIdle * 2, kNow + kIdle)), 0));
}

CONTRACT(no_session_of_an_ended_sid_is_inserted_while_it_is_remembered) {  // checklist B16
    must(store.end_sid({sid("s1")}, {}, kRemembered, kNow));
    const NewSession session = session_of("a", "alice", "s1");
    cr_expect(insert_at(store, session, kRemembered - Seconds{1}) == InsertOutcome::ended_meanwhile);
    cr_expect(not(is_there(store, "a")));
    cr_expect(insert_at(store, session, kRemembered) == InsertOutcome::inserted);
}

CONTRACT(B12_whose_a_sid_is_can_be_asked) {
    put(store, session_of("a1", "alice", "s1"));
    put(store, session_of("a2", "alice", "s1"));
    put(store, session_of("b", "bob", "s2"));
    put(store, session_of("c", "carol"));
    const std::vector<IndexKey> alice{sub("alice")}, both{sub("alice"), sub("bob")};
    cr_expect(must(store.subs_of_sid({sid("s1")}, kNow)) == alice);
    auto found = must(store.subs_of_sid({sid("s1"), sid("s2"), sid("s3")}, kNow));
    std::sort(found.begin(), found.end());
    cr_expect(found == both);
    cr_expect(must(store.subs_of_sid({sid("s3")}, kNow)).empty());
    cr_expect(must(store.subs_of_sid({}, kNow)).empty());
    cr_expect(must(store.subs_of_sid({sid("s1")}, kNow + kIdle)).empty(), "over");
}

CONTRACT(S26_no_login_in_flight_survives_the_end_of_everybodys) {
    put(store, session_of("there", "alice"));
    must(store.refuse_logins_in_flight(kRemembered, kNow));
    cr_expect(is_there(store, "there"));  // listing and ending is the caller's part
    NewSession session = session_of("a", "bob", "s1");
    cr_expect(insert_at(store, session, kNow) == InsertOutcome::ended_meanwhile);
    cr_expect(insert_at(store, session, kRemembered - Seconds{1}) == InsertOutcome::ended_meanwhile);
    cr_expect(not(is_there(store, "a")));
    session.flow_started_at = kNow + Seconds{1};
    cr_expect(insert_at(store, session, kNow + Seconds{1}) == InsertOutcome::inserted);
}

CONTRACT(the_end_of_everybodys_logins_is_forgotten_in_time) {
    must(store.refuse_logins_in_flight(kRemembered, kNow));
    must(store.refuse_logins_in_flight(kRemembered - Seconds{60}, kNow - Seconds{60}));  // neither time goes back
    cr_expect(insert_at(store, session_of("a"), kRemembered - Seconds{1}) == InsertOutcome::ended_meanwhile);
    cr_expect(insert_at(store, session_of("a"), kRemembered) == InsertOutcome::inserted);
}

CONTRACT(an_ended_sid_does_not_matter_to_sessions_without_one_or_of_another) {
    must(store.end_sid({sid("s1")}, {}, kRemembered, kNow));
    put(store, session_of("a", "alice"));
    put(store, session_of("b", "alice", "s2"));
}

CONTRACT(a_sid_that_belongs_to_another_sub_is_left_alone) {  // checklist B12
    put(store, session_of("a", "alice", "s1"));
    cr_expect(eq(u64, must(store.end_sid({sid("s1")}, {sub("bob")}, kRemembered, kNow)), 0));
    cr_expect(is_there(store, "a"));
    put(store, session_of("a2", "alice", "s1"));
    cr_expect(insert_at(store, session_of("b", "bob", "s1"), kNow) == InsertOutcome::ended_meanwhile);
}

CONTRACT(a_sid_with_its_own_sub_is_ended) {
    put(store, session_of("a", "alice", "s1"));
    const std::vector<IndexKey> subs{sub("alice by the first key"), sub("alice")};
    cr_expect(eq(u64, must(store.end_sid({sid("s1")}, subs, kRemembered, kNow)), 1));
    cr_expect(not(is_there(store, "a")));
    cr_expect(insert_at(store, session_of("b", "alice", "s1"), kNow) == InsertOutcome::ended_meanwhile);
}

CONTRACT(ending_a_sid_again_never_shortens_how_long_it_is_remembered) {
    must(store.end_sid({sid("s1")}, {}, kRemembered, kNow));
    must(store.end_sid({sid("s1")}, {}, kNow + Seconds{1}, kNow));
    cr_expect(insert_at(store, session_of("a", "alice", "s1"), kRemembered - Seconds{1}) ==
              InsertOutcome::ended_meanwhile);
}

CONTRACT(ending_a_sub_ends_all_its_sessions_and_no_other) {  // checklist B13
    put(store, session_of("a1", "alice", "s1"));
    put(store, session_of("a2", "alice", "s2"));
    put(store, session_of("a3", "alice"));
    put(store, session_of("b1", "bob"));
    put(store, session_of("b2", "alice at another issuer"));
    cr_expect(eq(u64, must(store.end_sub({sub("alice")}, {}, kRemembered, kNow)), 3));
    for (const char* name : {"a1", "a2", "a3"}) cr_expect(not(is_there(store, name)), "%s", name);
    cr_expect(is_there(store, "b1") && is_there(store, "b2"));
    cr_expect(eq(u64, must(store.end_sub({sub("alice")}, {}, kRemembered, kNow)), 0));
}

CONTRACT(ending_a_sub_spares_the_session_that_is_to_be_spared) {
    const NewSession spared = session_of("a1", "alice", "s1");
    put(store, spared);
    put(store, session_of("a2", "alice", "s2"));
    put(store, session_of("b1", "bob"));
    cr_expect(eq(u64, must(store.end_sub({sub("alice")}, key("a1"), kRemembered, kNow)), 1));
    cr_expect(not(is_there(store, "a2")));
    cr_expect(is_there(store, "b1"));
    expect_same(row_of(store, "a1"), spared.row);
    cr_expect(insert_at(store, session_of("a3"), kNow) == InsertOutcome::ended_meanwhile, "a login in flight is not");
    cr_expect(eq(sz, must(store.list({sub("alice")}, 10, kNow)).size(), 1), "it is still found by its sub");
    cr_expect(eq(u64, must(store.end_sub({sub("alice")}, key("b1"), kRemembered, kNow)), 1),
              "another's key spares none");
    cr_expect(not(is_there(store, "a1")));
}

CONTRACT(a_login_begun_before_its_sub_was_ended_is_refused) {
    must(store.end_sub({sub("alice")}, {}, kRemembered, kNow));
    NewSession session = session_of("a");
    session.flow_started_at = kNow - Seconds{30};
    cr_expect(insert_at(store, session, kNow + Seconds{5}) == InsertOutcome::ended_meanwhile);
    cr_expect(not(is_there(store, "a")));
}

CONTRACT(a_login_begun_in_the_second_its_sub_was_ended_is_refused) {
    must(store.end_sub({sub("alice")}, {}, kRemembered, kNow));
    cr_expect(insert_at(store, session_of("a"), kNow) == InsertOutcome::ended_meanwhile);
}

CONTRACT(a_login_begun_after_its_sub_was_ended_succeeds) {
    must(store.end_sub({sub("alice")}, {}, kRemembered, kNow));
    NewSession session = session_of("a");
    session.flow_started_at = kNow + Seconds{1};
    cr_expect(insert_at(store, session, kNow + Seconds{2}) == InsertOutcome::inserted);
}

CONTRACT(an_ended_sub_is_forgotten_at_the_second_that_was_named) {
    must(store.end_sub({sub("alice")}, {}, kRemembered, kNow));
    cr_expect(insert_at(store, session_of("a"), kRemembered - Seconds{1}) == InsertOutcome::ended_meanwhile);
    cr_expect(insert_at(store, session_of("a"), kRemembered) == InsertOutcome::inserted);
}

CONTRACT(ending_a_sub_again_refuses_logins_begun_in_between) {
    must(store.end_sub({sub("alice")}, {}, kRemembered, kNow));
    must(store.end_sub({sub("alice")}, {}, kNow + Seconds{20}, kNow + Seconds{10}));
    NewSession session = session_of("a");
    session.flow_started_at = kNow + Seconds{5};
    cr_expect(insert_at(store, session, kRemembered - Seconds{1}) == InsertOutcome::ended_meanwhile);
}

CONTRACT(a_refused_session_leaves_the_one_it_was_to_replace) {
    put(store, session_of("old", "bob"));
    must(store.end_sub({sub("alice")}, {}, kRemembered, kNow));
    NewSession session = session_of("new", "alice");
    session.replaces = key("old");
    cr_expect(insert_at(store, session, kNow) == InsertOutcome::ended_meanwhile);
    cr_expect(is_there(store, "old"));
    cr_expect(not(is_there(store, "new")));
}

CONTRACT(a_refused_session_leaves_those_of_its_browser) {
    NewSession first = session_in_browser("first tab", "firefox");
    first.row.sub = sub("bob");
    put(store, first);
    must(store.end_sub({sub("alice")}, {}, kRemembered, kNow));
    cr_expect(insert_at(store, session_in_browser("second tab", "firefox"), kNow) == InsertOutcome::ended_meanwhile);
    cr_expect(is_there(store, "first tab"));
    cr_expect(not(is_there(store, "second tab")));
}

CONTRACT(being_ended_is_said_before_the_key_is_taken) {
    put(store, session_of("a", "bob"));
    must(store.end_sub({sub("alice")}, {}, kRemembered, kNow));
    cr_expect(insert_at(store, session_of("a", "alice"), kNow) == InsertOutcome::ended_meanwhile);
}

CONTRACT(nothing_in_flight_revives_an_ended_session) {
    put(store, session_of("a", "alice", "s1"));
    const Lease lease = lease_of(store, "a", Seconds{30});
    must(store.end_sid({sid("s1")}, {}, kRemembered, kNow));
    cr_expect(must(store.replace(refreshed(lease), kNow)) == ReplaceOutcome::gone);
    cr_expect(not(must(store.touch(key("a"), kNow + kIdle, kNow))));
    must(store.release_lease(key("a"), lease.fence, std::nullopt, kNow));
    cr_expect(not(is_there(store, "a")));
}

// --- races: thread against thread, many times ---

static void at_once(const std::vector<std::function<void()>>& works) {
    std::vector<std::thread> threads;
    for (const auto& work : works) threads.emplace_back(work);
    for (std::thread& thread : threads) thread.join();
}

CONTRACT(whatever_is_in_flight_while_a_session_is_ended_does_not_bring_it_back) {
    for (int round = 0; round < 60; ++round) {
        const std::string name = "a" + std::to_string(round);
        put(store, session_of(name, "alice", "s" + std::to_string(round)));
        at_once({
            [&] { (void)store.touch(key(name), kNow + kIdle * 2, kNow); },
            [&] {
                const auto answer = store.acquire_lease(key(name), Seconds{30}, kNow);
                if (const Lease* lease = answer ? std::get_if<Lease>(&*answer) : nullptr) {
                    (void)store.replace(refreshed(*lease), kNow);
                    (void)store.release_lease(key(name), lease->fence, std::nullopt, kNow);
                }
            },
            [&] { (void)store.end_sid({sid("s" + std::to_string(round))}, {}, kRemembered, kNow); },
        });
        cr_assert(not(is_there(store, name)), "round %d", round);
    }
    cr_expect(eq(sz, must(store.list({}, 1, kNow)).size(), 0));
}

CONTRACT(R15_what_a_refresh_writes_while_its_session_is_erased_is_in_what_erase_gives) {
    for (int round = 0; round < 200; ++round) {
        const std::string name = "a" + std::to_string(round);
        put(store, session_of(name));
        const Lease lease = lease_of(store, name, Seconds{30});
        ReplaceOutcome outcome{};
        std::optional<SessionRow> ended;
        const auto refresh = [&] { outcome = must(store.replace(refreshed(lease), kNow)); };
        const auto erase = [&] { ended = must(store.erase(key(name), kNow)); };
        round % 2 == 0 ? at_once({refresh, erase}) : at_once({erase, refresh});
        cr_assert(ended.has_value(), "round %d", round);
        const bool replaced = outcome == ReplaceOutcome::replaced;
        cr_assert(replaced || outcome == ReplaceOutcome::gone, "round %d", round);
        cr_assert(ended->sealed == (replaced ? refreshed(lease).sealed : lease.row.sealed), "round %d", round);
        cr_assert(eq(u64, ended->version, replaced ? 2 : 1), "round %d", round);
    }
}

CONTRACT(a_login_that_races_with_its_end_leaves_no_session) {
    for (int round = 0; round < 60; ++round) {
        const std::string name = "a" + std::to_string(round);
        at_once({
            [&] { (void)store.insert(session_of(name, name, name), kNow); },
            [&] {
                (void)(round % 2 == 0 ? store.end_sub({sub(name)}, {}, kRemembered, kNow)
                                      : store.end_sid({sid(name)}, {}, kRemembered, kNow));
            },
        });
        cr_assert(not(is_there(store, name)), "round %d", round);
    }
}

CONTRACT(logins_of_one_browser_that_race_leave_one_session) {  // checklist C28, S20
    for (int round = 0; round < 60; ++round) {
        const std::string name = "firefox" + std::to_string(round);
        const auto log_in = [&](const char* tab) { (void)store.insert(session_in_browser(name + tab, name), kNow); };
        at_once({[&] { log_in("a"); }, [&] { log_in("b"); }, [&] { log_in("c"); }});
        cr_assert(eq(u64, must(store.statistics(kNow)).sessions, round + 1), "round %d", round);
    }
}
