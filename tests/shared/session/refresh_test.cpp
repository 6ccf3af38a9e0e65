#include "session/refresh.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/failing_session_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fixed_random.h"
#include "tests/support/memory_session_store.h"
#include "tests/support/recording_log.h"
#include "tests/support/session_in_store.h"
#include "tests/support/text.h"

using namespace vestibule;

namespace {

struct Bench {
    FakeClock clock;
    FixedRandom random;
    RecordingLog log;
    MemorySessionStore memory;
    FailingSessionStore store{memory};
    KeyRing keys = test_keys();
    RefreshContext context{store, keys, clock, random, log, {}};
    SessionCookie cookie = put_session(store, keys, random, clock.now());
    int token_requests = 0;
    std::vector<std::string> discarded;
    std::function<RefreshVerdict(const TokenSet&)> provider = [this](const TokenSet&) { return fresh(); };

    Bench() { clock.advance(Seconds{10}); }  // a token that is new would be left alone

    LiveSession session() {
        Request request;
        request.headers.add("Cookie", cookie_pair(cookie));
        return find_live_session(request, store, keys, clock.now()).value().value();
    }

    RefreshVerdict fresh(std::optional<std::string> refresh_token = "refresh-canary-2") {
        TokenSet tokens{Secret("access-canary-2"), clock.now() + Seconds{300}, Seconds{300}, {}, {}};
        if (refresh_token) tokens.refresh_token = Secret(*refresh_token);
        return Refreshed{tokens};
    }

    Result<LiveSession> refresh(RefreshReason reason = RefreshReason::expiring) { return refresh(session(), reason); }
    Result<LiveSession> refresh(const LiveSession& from, RefreshReason reason) {
        return refresh_session(from, reason, context,
                               {[this](const LiveSession&, const TokenSet& current) {
                                    ++token_requests;
                                    return provider(current);
                                },
                                [this](const TokenSet& late) { discarded.push_back(late.access_token.reveal()); }});
    }

    std::string access_token_at_rest() { return session().access_token(keys).value().text.reveal(); }
    std::string refresh_token_at_rest() { return session().tokens(keys).value().refresh_token->reveal(); }
    bool session_is_there() { return store.find(cookie.key(), clock.now()).value().has_value(); }
};

std::function<RefreshVerdict(const TokenSet&)> always(RefreshVerdict verdict) {
    return [verdict](const TokenSet&) { return verdict; };
}

}  // namespace

Test(refresh, a_token_needs_it_in_its_last_minute_or_its_last_quarter) {
    SessionRow row;
    row.access_lifetime = Seconds{600};
    row.access_expires_at = WallTime{Seconds{1000}};
    cr_expect(not(needs_refresh(row, WallTime{Seconds{940}})));
    cr_expect(needs_refresh(row, WallTime{Seconds{941}}));
    row.access_lifetime = Seconds{8};
    cr_expect(not(needs_refresh(row, WallTime{Seconds{998}})));
    cr_expect(needs_refresh(row, WallTime{Seconds{999}}));
    row.access_lifetime = Seconds{0};
    cr_expect(needs_refresh(row, WallTime{Seconds{1000}}));
}

Test(refresh, stores_the_new_tokens_before_it_answers) {
    Bench b;
    const auto refreshed = b.refresh();
    cr_assert(refreshed.has_value());
    cr_expect(eq(int, b.token_requests, 1));
    cr_expect(eq(str, text(refreshed->access_token(b.keys)->text.reveal()), text("access-canary-2")));
    cr_expect(eq(str, text(b.access_token_at_rest()), text("access-canary-2")));
    cr_expect(eq(str, text(b.refresh_token_at_rest()), text("refresh-canary-2")));
    cr_expect(b.session().row().version == 2);
}

Test(refresh, R12_the_key_that_binds_the_tokens_outlives_every_refresh) {
    Bench b;
    SessionToPut bound;
    bound.dpop_key = Secret(std::string(32, 'k'));
    b.cookie = put_session(b.memory, b.keys, b.random, b.clock.now(), bound);
    for (int i = 0; i < 2; ++i) {
        b.clock.advance(Seconds{290});
        const auto refreshed = b.refresh();
        cr_assert(refreshed.has_value());
        cr_expect(refreshed->access_token(b.keys)->dpop_key->reveal() == std::string(32, 'k'));
    }
}

Test(refresh, presents_the_stored_refresh_token) {
    Bench b;
    std::string presented;
    b.provider = [&](const TokenSet& current) {
        presented = current.refresh_token->reveal();
        return b.fresh();
    };
    cr_assert(b.refresh().has_value());
    cr_expect(eq(str, text(presented), text("refresh-canary-1")));
}

Test(refresh, R04_a_missing_refresh_token_means_the_old_one_stays) {
    Bench b;
    b.provider = [&](const TokenSet&) { return b.fresh(std::nullopt); };
    cr_assert(b.refresh().has_value());
    cr_expect(eq(str, text(b.refresh_token_at_rest()), text("refresh-canary-1")));
    cr_expect(eq(str, text(b.session().tokens(b.keys)->id_token->reveal()), text("id-canary-1")));
}

Test(refresh, R02_whoever_comes_with_an_old_view_gets_what_the_faster_one_stored) {
    Bench b;
    const LiveSession stale = b.session();
    cr_assert(b.refresh().has_value());
    const auto second = b.refresh(stale, RefreshReason::expiring);
    cr_assert(second.has_value());
    cr_expect(eq(int, b.token_requests, 1));
    cr_expect(eq(str, text(second->access_token(b.keys)->text.reveal()), text("access-canary-2")));
}

Test(refresh, R02_whoever_finds_the_lease_taken_waits_and_never_asks_the_provider) {
    Bench b;
    std::optional<Result<LiveSession>> other;
    b.provider = [&](const TokenSet&) {
        // While the provider thinks, another request comes; it finds the lease taken, and the tokens come after 300 ms.
        RefreshContext waiting = b.context;
        int looks = 0;
        b.store.before(StoreOperation::find, [&] { ++looks; });
        other = refresh_session(b.session(), RefreshReason::token_rejected, waiting,
                                {[&](const LiveSession&, const TokenSet&) -> RefreshVerdict {
                                     ++b.token_requests;
                                     return RefreshTokenDead{};
                                 },
                                 [](const TokenSet&) {}});
        b.store.before(StoreOperation::find, {});
        cr_expect(gt(int, looks, 10));
        return b.fresh();
    };
    const auto first = b.refresh();
    cr_assert(first.has_value());
    cr_assert(other.has_value() && !other->has_value());
    cr_expect(other->error().code == ErrorCode::refresh_busy);
    cr_expect(other->error().retry_after.has_value());
    cr_expect(eq(int, b.token_requests, 1));
}

Test(refresh, whoever_waited_in_vain_uses_the_old_access_token_while_it_lives) {
    Bench b;
    const LiveSession session = b.session();
    const auto before = b.clock.elapsed();
    (void)b.store.acquire_lease(b.cookie.key(), Seconds{60}, b.clock.now());
    const auto waited = b.refresh(session, RefreshReason::expiring);
    cr_assert(waited.has_value());
    cr_expect(eq(str, text(waited->access_token(b.keys)->text.reveal()), text("access-canary-1")));
    cr_expect(eq(int, b.token_requests, 0));
    cr_expect(b.clock.elapsed() - before <= Milliseconds{9'000});
}

Test(refresh, whoever_waits_gets_the_new_version_as_soon_as_it_is_there) {
    Bench b;
    const LiveSession session = b.session();
    const auto lease = std::get<Lease>(b.store.acquire_lease(b.cookie.key(), Seconds{60}, b.clock.now()).value());
    int looks = 0;
    b.store.before(StoreOperation::find, [&] {
        if (++looks != 5) return;
        TokenSet tokens{Secret("access-canary-9"), b.clock.now() + Seconds{300}, Seconds{300}, {}, {}};
        const auto sealed = seal_fields(b.keys, b.random, b.cookie, session.claims(), tokens);
        (void)b.memory.replace({b.cookie.key(), 1, lease.fence, sealed, tokens.access_expires_at, Seconds{300}},
                               b.clock.now());
    });
    const auto waited = b.refresh(session, RefreshReason::token_rejected);
    cr_assert(waited.has_value());
    cr_expect(eq(str, text(waited->access_token(b.keys)->text.reveal()), text("access-canary-9")));
    cr_expect(eq(int, looks, 5));
}

Test(refresh, a_crashed_owners_lease_runs_out_and_blocks_nobody_longer) {
    Bench b;
    const LiveSession session = b.session();
    (void)b.store.acquire_lease(b.cookie.key(), Seconds{20}, b.clock.now());
    b.clock.advance(Seconds{20});
    cr_assert(b.refresh(session, RefreshReason::token_rejected).has_value());
    cr_expect(eq(int, b.token_requests, 1));
}

Test(refresh, S24_invalid_grant_ends_the_session) {
    Bench b;
    b.provider = always(RefreshTokenDead{});
    const auto refreshed = b.refresh();
    cr_assert(refreshed.error().code == ErrorCode::session_ended);
    cr_expect(not(b.session_is_there()));
}

Test(refresh, R08_invalid_grant_for_a_session_that_moved_on_uses_what_stands_there) {
    Bench b;
    b.provider = [&](const TokenSet& current) -> RefreshVerdict {
        // Our lease ran out while the provider thought, and somebody else refreshed.
        b.clock.advance(Seconds{30});
        const auto lease = std::get<Lease>(b.memory.acquire_lease(b.cookie.key(), Seconds{20}, b.clock.now()).value());
        TokenSet tokens{
            Secret("access-canary-9"), b.clock.now() + Seconds{300}, Seconds{300}, current.refresh_token, {}};
        const auto sealed = seal_fields(b.keys, b.random, b.cookie, Json::object({{"sub", "alice"}}), tokens);
        (void)b.memory.replace({b.cookie.key(), 1, lease.fence, sealed, tokens.access_expires_at, Seconds{300}},
                               b.clock.now());
        return RefreshTokenDead{};
    };
    const auto refreshed = b.refresh();
    cr_assert(refreshed.has_value());
    cr_expect(eq(str, text(refreshed->access_token(b.keys)->text.reveal()), text("access-canary-9")));
    cr_expect(b.session_is_there());
}

Test(refresh, a_wrong_identity_drops_the_tokens_and_ends_the_session) {
    Bench b;
    b.provider = always(WrongIdentity{"sub"});
    cr_assert(b.refresh().error().code == ErrorCode::session_ended);
    cr_expect(not(b.session_is_there()));
}

Test(refresh, R07_a_providers_trouble_keeps_the_session_and_its_living_token) {
    Bench b;
    b.provider = always(ProviderTrouble{"status 503", std::nullopt});
    const auto refreshed = b.refresh();
    cr_assert(refreshed.has_value());
    cr_expect(eq(str, text(refreshed->access_token(b.keys)->text.reveal()), text("access-canary-1")));
}

Test(refresh, R07_a_refusal_of_our_set_up_keeps_the_session_and_is_an_error_in_the_log) {
    Bench b;
    b.provider = always(RefreshNotPossible{"invalid_client"});
    cr_assert(b.refresh().has_value());
    cr_assert(b.log.last("refresh.refused").has_value());
    cr_expect(b.log.last("refresh.refused")->level == LogLevel::error);
}

Test(refresh, trouble_with_a_dead_access_token_is_provider_unavailable_and_no_logout) {
    Bench b;
    b.provider = always(ProviderTrouble{"timeout", std::nullopt});
    b.clock.advance(Seconds{301});
    const auto refreshed = b.refresh();
    cr_assert(refreshed.error().code == ErrorCode::provider_unavailable);
    cr_expect(refreshed.error().retry_after.has_value());
    cr_expect(b.session_is_there());
}

Test(refresh, R09_after_trouble_everybody_leaves_the_provider_alone_for_a_while) {
    Bench b;
    b.provider = always(ProviderTrouble{"status 429", Seconds{30}});
    cr_assert(b.refresh().has_value());
    for (int i = 0; i < 10; ++i) cr_assert(b.refresh().has_value());
    cr_expect(eq(int, b.token_requests, 1));
    b.clock.advance(Seconds{29});
    cr_assert(b.refresh().has_value());
    cr_expect(eq(int, b.token_requests, 1));
    b.clock.advance(Seconds{10});
    cr_assert(b.refresh().has_value());
    cr_expect(eq(int, b.token_requests, 2));
}

Test(refresh, R15_tokens_that_come_after_a_logout_revive_nothing_and_are_revoked) {
    Bench b;
    b.provider = [&](const TokenSet&) {
        (void)b.memory.erase(b.cookie.key(), b.clock.now());
        return b.fresh();
    };
    cr_assert(b.refresh().error().code == ErrorCode::session_ended);
    cr_expect(not(b.session_is_there()));
    cr_assert(eq(sz, b.discarded.size(), 1));
    cr_expect(eq(str, text(b.discarded.front()), text("access-canary-2")));
}

Test(refresh, R03_a_store_that_hiccups_after_the_rotation_is_asked_again) {
    Bench b;
    b.store.fail_next(StoreOperation::replace, 3);
    cr_assert(b.refresh().has_value());
    cr_expect(eq(str, text(b.refresh_token_at_rest()), text("refresh-canary-2")));
    cr_expect(eq(int, b.token_requests, 1));
}

Test(refresh, R03_a_replace_whose_answer_was_lost_is_found_to_have_happened) {
    Bench b;
    b.store.fail_next(StoreOperation::replace, 1, FailurePoint::after_the_store);
    const auto refreshed = b.refresh();
    cr_assert(refreshed.has_value());
    cr_expect(eq(str, text(refreshed->access_token(b.keys)->text.reveal()), text("access-canary-2")));
    cr_expect(eq(int, b.token_requests, 1));
}

Test(refresh, a_store_that_is_down_is_no_logout) {
    Bench b;
    const LiveSession session = b.session();
    b.store.fail_all();
    cr_assert(b.refresh(session, RefreshReason::expiring).error().code == ErrorCode::store_unavailable);
    cr_expect(eq(int, b.token_requests, 0));
}

Test(refresh, without_a_refresh_token_the_session_lasts_as_long_as_the_access_token) {
    Bench b;
    b.cookie = put_session(b.store, b.keys, b.random, b.clock.now(), {.refresh_token = ""});
    cr_assert(b.refresh().has_value());
    b.clock.advance(Seconds{300});
    cr_assert(b.refresh().error().code == ErrorCode::session_ended);
    cr_expect(eq(int, b.token_requests, 0));
    cr_expect(not(b.session_is_there()));
}

Test(refresh, R11_moves_neither_the_idle_nor_the_absolute_limit) {
    Bench b;
    const SessionRow before = b.session().row();
    b.clock.advance(Seconds{100});
    cr_assert(b.refresh().has_value());
    cr_expect(b.session().row().idle_expires_at == before.idle_expires_at);
    cr_expect(b.session().row().expires_at == before.expires_at);
}

Test(refresh, R13_a_new_token_is_left_alone_when_a_page_asks_again) {
    Bench b;
    cr_assert(b.refresh(RefreshReason::asked_for).has_value());
    cr_assert(b.refresh(RefreshReason::asked_for).has_value());
    cr_expect(eq(int, b.token_requests, 1));
    b.clock.advance(Seconds{5});
    cr_assert(b.refresh(RefreshReason::asked_for).has_value());
    cr_expect(eq(int, b.token_requests, 2));
}

Test(refresh, an_upstream_that_rejects_every_token_costs_one_token_request_and_no_more) {
    Bench b;
    cr_assert(b.refresh(RefreshReason::token_rejected).has_value());
    for (int i = 0; i < 15; ++i) {
        const auto again = b.refresh(RefreshReason::token_rejected);
        cr_expect(again.error().code == ErrorCode::upstream_invalid);
    }
    cr_expect(eq(int, b.token_requests, 1));
    cr_expect(b.session_is_there());
}

Test(refresh, R03_writing_what_was_received_stops_before_the_lease_does) {
    Bench b;
    b.provider = [&](const TokenSet&) {
        b.clock.advance(Seconds{15});
        return b.fresh();
    };
    b.store.fail_always(StoreOperation::replace);
    const auto before = b.clock.elapsed();
    cr_expect(b.refresh().error().code == ErrorCode::store_unavailable);
    cr_expect(b.clock.elapsed() - before <= b.context.timing.lease);
}

Test(refresh, G01_nothing_secret_is_logged) {
    Bench b;
    cr_assert(b.refresh().has_value());
    b.provider = always(ProviderTrouble{"status 500", std::nullopt});
    (void)b.refresh();
    cr_assert(not(b.log.text().empty()));
    cr_expect(b.log.text().find("canary") == std::string::npos);
}
