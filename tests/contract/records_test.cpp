// One-time ids, the provider cache, purge, list and statistics (checklist C02, X07, X08).
#include <atomic>
#include <numeric>
#include <thread>

#include "tests/contract/store_contract.h"

using namespace vestibule;

static const WallTime kUntil = kNow + Seconds{600};

CONTRACT(an_id_is_consumed_exactly_once) {
    cr_expect(must(store.consume_once(OnceKind::flow, "f1", kUntil, kNow)));
    cr_expect(not(must(store.consume_once(OnceKind::flow, "f1", kUntil, kNow))));
    cr_expect(must(store.consume_once(OnceKind::flow, "f2", kUntil, kNow)));
}

CONTRACT(an_id_is_consumed_again_at_the_second_it_expires) {
    cr_expect(must(store.consume_once(OnceKind::flow, "f1", kUntil, kNow)));
    cr_expect(not(must(store.consume_once(OnceKind::flow, "f1", kUntil, kUntil - Seconds{1}))));
    cr_expect(must(store.consume_once(OnceKind::flow, "f1", kUntil + Seconds{600}, kUntil)));
    cr_expect(not(must(store.consume_once(OnceKind::flow, "f1", kUntil, kUntil))));
}

CONTRACT(who_comes_later_does_not_move_when_an_id_expires) {
    must(store.consume_once(OnceKind::flow, "f1", kUntil, kNow));
    must(store.consume_once(OnceKind::flow, "f1", kUntil + Seconds{600}, kNow));
    cr_expect(must(store.consume_once(OnceKind::flow, "f1", kUntil + Seconds{600}, kUntil)));
}

CONTRACT(the_same_id_of_another_kind_is_another_id) {
    cr_expect(must(store.consume_once(OnceKind::flow, "x", kUntil, kNow)));
    cr_expect(must(store.consume_once(OnceKind::logout_jti, "x", kUntil, kNow)));
    cr_expect(must(store.consume_once(OnceKind::throttle, "x", kUntil, kNow)));
}

CONTRACT(a_throttle_lets_through_once_in_its_time) {
    int passed = 0;
    for (int second = 0; second < 60; ++second) {
        const WallTime now = kNow + Seconds{second};
        passed += must(store.consume_once(OnceKind::throttle, "jwks", now + Seconds{20}, now)) ? 1 : 0;
    }
    cr_expect(eq(int, passed, 3));
}

CONTRACT(X07_C02_sixteen_threads_consume_an_id_once) {
    std::atomic<int> won{0};
    std::atomic<int> lost{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 16; ++i) {
        threads.emplace_back([&] {
            const auto first = store.consume_once(OnceKind::flow, "f1", kUntil, kNow);
            if (first) ++(*first ? won : lost);
        });
    }
    for (std::thread& thread : threads) thread.join();
    cr_expect(eq(int, won.load(), 1));
    cr_expect(eq(int, lost.load(), 15));
}

CONTRACT(an_unknown_document_is_absent) { cr_expect(not(must(store.cached("metadata")).has_value())); }

CONTRACT(the_last_document_of_a_name_is_the_one_there_is) {
    must(store.cache("metadata", {"one", kNow}));
    must(store.cache("jwks", {"keys", kNow}));
    must(store.cache("metadata", {"two", kNow - Seconds{5}}));
    auto metadata = must(store.cached("metadata"));
    cr_assert(metadata.has_value());
    cr_expect(eq(str, metadata->sealed, std::string("two")));
    cr_expect(metadata->stored_at == kNow - Seconds{5});
    cr_expect(eq(str, must(store.cached("jwks"))->sealed, std::string("keys")));
}

static void fill_with_records_of_every_kind(SessionStore& store) {
    for (const char* name : {"a", "b", "c"}) put(store, session_of(name));
    for (const char* id : {"1", "2"}) must(store.consume_once(OnceKind::flow, id, kUntil, kNow));
    must(store.consume_once(OnceKind::logout_jti, "3", kUntil, kNow));
    must(store.end_sid({sid("s1")}, {}, kUntil, kNow));
    must(store.end_sid({sid("s1")}, {sub("x")}, kUntil, kNow));
    must(store.end_sub({sub("gone")}, {}, kUntil, kNow));
}

CONTRACT(X08_purge_removes_expired_records_of_every_kind_in_batches) {
    fill_with_records_of_every_kind(store);
    const WallTime later = kNow + kIdle;
    std::vector<std::uint64_t> batches;
    do batches.push_back(must(store.purge(2, later)));
    while (batches.back() == 2 && batches.size() < 10);
    cr_expect(batches.back() < 2);  // fewer than asked for: none is left
    cr_expect(eq(u64, std::accumulate(batches.begin(), batches.end(), std::uint64_t{0}), counted_by_purge(3, 6)));
    cr_expect(eq(u64, must(store.purge(4, later)), 0));
    cr_expect(eq(u64, must(store.statistics(later)).expired, 0));
}

CONTRACT(purge_of_none_removes_none) {
    fill_with_records_of_every_kind(store);
    cr_expect(eq(u64, must(store.purge(0, kNow + kIdle)), 0));
    cr_expect(eq(u64, must(store.statistics(kNow + kIdle)).expired, 3));
}

CONTRACT(purge_leaves_what_is_live) {
    fill_with_records_of_every_kind(store);
    must(store.cache("metadata", {"one", WallTime{}}));
    cr_expect(eq(u64, must(store.purge(1000, kUntil - Seconds{1})), 0));
    cr_expect(is_there(store, "a"));
    cr_expect(not(must(store.consume_once(OnceKind::flow, "1", kUntil, kNow))));
    cr_expect(must(store.insert(session_of("d", "alice", "s1"), kNow)) == InsertOutcome::ended_meanwhile);
    cr_expect(must(store.insert(session_of("d", "gone"), kNow)) == InsertOutcome::ended_meanwhile);
    cr_expect(eq(u64, must(store.purge(1000, kNow + kAbsolute)), counted_by_purge(3, 6)));
    cr_expect(must(store.cached("metadata")).has_value());
}

static void put_created_at(SessionStore& store, const char* name, const char* sub_name, Seconds age) {
    NewSession session = session_of(name, sub_name, "s1");
    session.row.created_at = kNow - age;
    put(store, session);
}

static std::string names_of(const std::vector<SessionRow>& rows) {
    std::string names;
    for (const SessionRow& row : rows) names += row.key.octets.substr(0, row.key.octets.find('.')) + " ";
    return names;
}

CONTRACT(a_list_is_newest_first_and_bounded) {
    put_created_at(store, "old", "alice", Seconds{300});
    put_created_at(store, "new", "bob", Seconds{1});
    put_created_at(store, "middle", "alice", Seconds{20});
    cr_expect(eq(str, names_of(must(store.list({}, 10, kNow))), std::string("new middle old ")));
    cr_expect(eq(str, names_of(must(store.list({}, 2, kNow))), std::string("new middle ")));
    cr_expect(eq(str, names_of(must(store.list({}, 0, kNow))), std::string("")));
}

CONTRACT(a_list_of_a_user_holds_no_other_and_several_names_are_merged) {
    put_created_at(store, "old", "alice", Seconds{300});
    put_created_at(store, "bobs", "bob", Seconds{1});
    put_created_at(store, "middle", "alice by the second key", Seconds{20});
    put_created_at(store, "new", "alice", Seconds{2});
    const std::vector<IndexKey> alice{sub("alice"), sub("alice by the second key"), sub("alice")};
    cr_expect(eq(str, names_of(must(store.list(alice, 10, kNow))), std::string("new middle old ")));
    cr_expect(eq(str, names_of(must(store.list(alice, 2, kNow))), std::string("new middle ")));
    cr_expect(eq(str, names_of(must(store.list({sub("carol")}, 10, kNow))), std::string("")));
}

CONTRACT(a_list_holds_what_is_live_without_its_sealed_fields) {
    NewSession session = session_of("a", "alice", "s1");
    put(store, session);
    must(store.touch(key("a"), kNow + kIdle * 2, kNow));
    put(store, session_of("b"));
    const auto rows = must(store.list({}, 10, kNow + kIdle));
    cr_assert(eq(sz, rows.size(), 1));
    session.row.idle_expires_at = kNow + kIdle * 2;
    session.row.sealed = {};
    expect_same(rows.front(), session.row);
}

CONTRACT(B08_whether_an_id_is_consumed_can_be_asked_without_consuming_it) {
    cr_expect(not(must(store.is_consumed(OnceKind::logout_jti, "1", kNow))));
    cr_expect(must(store.consume_once(OnceKind::logout_jti, "1", kNow + Seconds{60}, kNow)));
    cr_expect(must(store.is_consumed(OnceKind::logout_jti, "1", kNow + Seconds{59})));
    cr_expect(not(must(store.is_consumed(OnceKind::logout_jti, "1", kNow + Seconds{60}))));
    cr_expect(not(must(store.is_consumed(OnceKind::flow, "1", kNow))));
    cr_expect(not(must(store.is_consumed(OnceKind::logout_jti, "2", kNow))));
}

// What a store does not count is absent, never wrong.
static bool counts(const std::optional<std::uint64_t>& counted, std::uint64_t expected) {
    return counted.value_or(expected) == expected;
}

CONTRACT(statistics_count_users_and_whatever_else_the_store_can) {
    put(store, session_of("a", "alice", "s1"));
    put(store, session_of("b", "alice"));
    put(store, session_of("c", "bob"));
    must(store.touch(key("a"), kNow + kIdle * 2, kNow));
    cr_expect(counts(must(store.statistics(kNow)).users, 2));
    cr_expect(counts(must(store.statistics(kNow + kIdle)).users, 1));
    must(store.consume_once(OnceKind::flow, "1", kNow + Seconds{60}, kNow));
    must(store.end_sid({sid("s7")}, {}, kNow + Seconds{60}, kNow));
    must(store.end_sub({sub("carol")}, {}, kNow + Seconds{60}, kNow));
    must(store.refuse_logins_in_flight(kNow + Seconds{60}, kNow));
    must(store.cache("metadata", {"one", WallTime{}}));
    const StoreStatistics counted = must(store.statistics(kNow));
    cr_expect(counts(counted.one_time_ids, 1));
    cr_expect(counts(counted.ended_marks, 3));
    cr_expect(counts(counted.documents, 1));
}

CONTRACT(statistics_count_live_and_expired_sessions) {
    fill_with_records_of_every_kind(store);
    must(store.touch(key("a"), kNow + kIdle * 2, kNow));
    cr_expect(eq(u64, must(store.statistics(kNow)).sessions, 3));
    cr_expect(eq(u64, must(store.statistics(kNow)).expired, 0));
    cr_expect(eq(u64, must(store.statistics(kNow + kIdle)).sessions, 1));
    cr_expect(eq(u64, must(store.statistics(kNow + kIdle)).expired, 2));
}
