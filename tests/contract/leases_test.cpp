// One refresh at a time, and no late loser who writes (checklist R02, R03, R08, X07).
#include <atomic>
#include <thread>

#include "tests/contract/store_contract.h"

using namespace vestibule;

static constexpr Seconds kLease{30};

template <class Answer>
static Answer answer_of(SessionStore& store, std::string_view name, WallTime now = kNow) {
    const LeaseAnswer answer = must(store.acquire_lease(key(name), kLease, now));
    const Answer* expected = std::get_if<Answer>(&answer);
    cr_assert(expected != nullptr, "answer %zu", answer.index());
    return *expected;
}

CONTRACT(a_lease_comes_with_the_session_as_it_is) {
    const NewSession session = session_of("a", "alice", "s1");
    put(store, session);
    const Lease lease = lease_of(store, "a", kLease);
    cr_expect(lease.fence > 0);
    expect_same(lease.row, session.row);
}

CONTRACT(a_second_asker_learns_until_when_the_lease_is_held) {
    put(store, session_of("a"));
    lease_of(store, "a", kLease);
    cr_expect(answer_of<LeaseHeld>(store, "a", kNow + kLease - Seconds{1}).until == kNow + kLease);
}

CONTRACT(leases_of_different_sessions_do_not_meet) {
    put(store, session_of("a"));
    put(store, session_of("b"));
    lease_of(store, "a", kLease);
    lease_of(store, "b", kLease);
}

CONTRACT(a_lease_whose_end_equals_now_is_granted_again_with_a_higher_fence) {
    put(store, session_of("a"));
    const Lease crashed = lease_of(store, "a", kLease);
    cr_expect(lease_of(store, "a", kLease, kNow + kLease).fence > crashed.fence);
}

CONTRACT(a_released_lease_is_granted_again_with_a_higher_fence) {
    put(store, session_of("a"));
    const Lease first = lease_of(store, "a", kLease);
    must(store.release_lease(key("a"), first.fence, std::nullopt, kNow));
    cr_expect(lease_of(store, "a", kLease).fence > first.fence);
}

CONTRACT(there_is_no_lease_on_a_session_that_is_unknown_erased_or_expired) {
    answer_of<SessionGone>(store, "nobody");
    put(store, session_of("a"));
    answer_of<SessionGone>(store, "a", kNow + kIdle);
    must(store.erase(key("a"), kNow));
    answer_of<SessionGone>(store, "a");
    cr_expect(not(is_there(store, "a")));
}

CONTRACT(a_replacement_writes_the_tokens_and_grows_the_version_by_one) {
    const NewSession session = session_of("a", "alice", "s1");
    put(store, session);
    const Replacement replacement = refreshed(lease_of(store, "a", kLease));
    cr_assert(must(store.replace(replacement, kNow)) == ReplaceOutcome::replaced);
    SessionRow expected = session.row;
    expected.version = 2;
    expected.sealed = replacement.sealed;
    expected.access_expires_at = replacement.access_expires_at;
    expected.access_lifetime = replacement.access_lifetime;
    expect_same(row_of(store, "a"), expected);
}

CONTRACT(a_replacement_releases_the_lease_and_clears_a_back_off) {
    put(store, session_of("a"));
    const Lease lease = lease_of(store, "a", kLease);
    must(store.release_lease(key("a"), lease.fence, kNow + Seconds{600}, kNow));
    cr_assert(must(store.replace(refreshed(lease), kNow)) == ReplaceOutcome::replaced);
    const Lease next = lease_of(store, "a", kLease);
    cr_assert(must(store.replace(refreshed(next), kNow)) == ReplaceOutcome::replaced);
    cr_expect(lease_of(store, "a", kLease).fence > next.fence);
}

CONTRACT(a_replacement_leaves_a_touch_that_came_in_between) {
    put(store, session_of("a"));
    const Lease lease = lease_of(store, "a", kLease);
    must(store.touch(key("a"), kNow + kIdle * 2, kNow));
    cr_assert(must(store.replace(refreshed(lease), kNow)) == ReplaceOutcome::replaced);
    cr_expect(row_of(store, "a").idle_expires_at == kNow + kIdle * 2);
}

CONTRACT(X07_a_replacement_of_another_version_is_stale_and_writes_nothing) {
    const NewSession session = session_of("a");
    put(store, session);
    Replacement replacement = refreshed(lease_of(store, "a", kLease));
    for (const std::uint64_t other : {0U, 2U}) {
        replacement.expected_version = other;
        cr_expect(must(store.replace(replacement, kNow)) == ReplaceOutcome::stale);
    }
    expect_same(row_of(store, "a"), session.row);
}

CONTRACT(a_replacement_with_another_fence_is_stale_and_writes_nothing) {
    const NewSession session = session_of("a");
    put(store, session);
    const Lease lease = lease_of(store, "a", kLease);
    Replacement replacement = refreshed(lease);
    for (const std::uint64_t other : {lease.fence - 1, lease.fence + 1}) {
        replacement.fence = other;
        cr_expect(must(store.replace(replacement, kNow)) == ReplaceOutcome::stale);
    }
    expect_same(row_of(store, "a"), session.row);
}

CONTRACT(the_same_replacement_twice_is_stale_the_second_time) {
    put(store, session_of("a"));
    const Replacement replacement = refreshed(lease_of(store, "a", kLease));
    cr_expect(must(store.replace(replacement, kNow)) == ReplaceOutcome::replaced);
    cr_expect(must(store.replace(replacement, kNow)) == ReplaceOutcome::stale);
    cr_expect(eq(u64, row_of(store, "a").version, 2));
}

CONTRACT(a_late_loser_cannot_write_nor_release_the_lease_of_the_winner) {
    put(store, session_of("a"));
    const Lease late = lease_of(store, "a", kLease);
    const WallTime later = kNow + kLease;
    const Lease winner = lease_of(store, "a", kLease, later);
    cr_expect(must(store.replace(refreshed(late, "late"), later)) == ReplaceOutcome::stale);
    must(store.release_lease(key("a"), late.fence, later + Seconds{600}, later));
    answer_of<LeaseHeld>(store, "a", later);
    cr_expect(must(store.erase_if_unchanged(key("a"), late.row.version, late.fence, later)) == ReplaceOutcome::stale);
    cr_expect(must(store.replace(refreshed(winner, "winner"), later)) == ReplaceOutcome::replaced);
    cr_expect(must(store.replace(refreshed(late, "late"), later)) == ReplaceOutcome::stale);
    cr_expect(row_of(store, "a", later).sealed == refreshed(winner, "winner").sealed);
}

// The provider has rotated the token already: to refuse the write would log the user out.
CONTRACT(a_late_holder_whose_lease_nobody_took_may_still_write) {
    put(store, session_of("a"));
    const Lease late = lease_of(store, "a", kLease);
    cr_expect(must(store.replace(refreshed(late), kNow + kLease * 2)) == ReplaceOutcome::replaced);
}

CONTRACT(a_replacement_never_creates_nor_revives_a_session) {
    put(store, session_of("erased"));
    put(store, session_of("expired"));
    const Lease erased = lease_of(store, "erased", kLease);
    const Lease expired = lease_of(store, "expired", kLease);
    must(store.erase(key("erased"), kNow));
    cr_expect(must(store.replace(refreshed(erased), kNow)) == ReplaceOutcome::gone);
    cr_expect(must(store.replace(refreshed(expired), kNow + kIdle)) == ReplaceOutcome::gone);
    cr_expect(not(is_there(store, "erased")));
    cr_expect(not(is_there(store, "expired", kNow + kIdle)));
    cr_expect(eq(sz, must(store.list({}, 10, kNow + kIdle)).size(), 0));
}

CONTRACT(a_release_creates_nothing) {
    must(store.release_lease(key("nobody"), 1, kNow + Seconds{60}, kNow));
    cr_expect(not(is_there(store, "nobody")));
    answer_of<SessionGone>(store, "nobody");
}

CONTRACT(a_back_off_holds_for_everybody_until_the_second_it_names) {
    put(store, session_of("a"));
    const Lease lease = lease_of(store, "a", kLease);
    const WallTime retry_at = kNow + Seconds{90};
    must(store.release_lease(key("a"), lease.fence, retry_at, kNow));
    cr_expect(answer_of<RefreshBackoff>(store, "a", retry_at - Seconds{1}).until == retry_at);
    cr_expect(lease_of(store, "a", kLease, retry_at).fence > lease.fence);
}

CONTRACT(a_back_off_leaves_the_session_as_it_was) {
    const NewSession session = session_of("a", "alice", "s1");
    put(store, session);
    const Lease lease = lease_of(store, "a", kLease);
    must(store.release_lease(key("a"), lease.fence, kNow + Seconds{90}, kNow));
    expect_same(row_of(store, "a"), session.row);
}

CONTRACT(a_session_with_a_dead_refresh_token_is_ended_by_the_holder) {
    put(store, session_of("a"));
    const Lease lease = lease_of(store, "a", kLease);
    cr_expect(must(store.erase_if_unchanged(key("a"), 1, lease.fence, kNow)) == ReplaceOutcome::replaced);
    cr_expect(not(is_there(store, "a")));
    cr_expect(must(store.erase_if_unchanged(key("a"), 1, lease.fence, kNow)) == ReplaceOutcome::gone);
}

CONTRACT(a_session_that_is_newer_is_not_ended_for_a_dead_refresh_token) {
    put(store, session_of("a"));
    const Lease lease = lease_of(store, "a", kLease);
    must(store.replace(refreshed(lease), kNow));
    cr_expect(must(store.erase_if_unchanged(key("a"), 1, lease.fence, kNow)) == ReplaceOutcome::stale);
    cr_expect(is_there(store, "a"));
}

CONTRACT(X07_sixteen_threads_that_ask_at_once_get_one_lease) {
    put(store, session_of("a"));
    std::atomic<int> granted{0};
    std::atomic<int> held{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 16; ++i) {
        threads.emplace_back([&] {
            const auto answer = store.acquire_lease(key("a"), kLease, kNow);
            if (answer && std::holds_alternative<Lease>(*answer)) ++granted;
            if (answer && std::holds_alternative<LeaseHeld>(*answer)) ++held;
        });
    }
    for (std::thread& thread : threads) thread.join();
    cr_expect(eq(int, granted.load(), 1));
    cr_expect(eq(int, held.load(), 15));
}
