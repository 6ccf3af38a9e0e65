// Logins that fail after tokens came: no session, and what was received is given back, but for the grant of a session
// that stays.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "session/live_session.h"
#include "tests/functions/callback/callback_bench.h"

using namespace vestibule;

Test(callback, C26_C27_a_rejected_id_token_leaves_no_session_and_its_tokens_are_revoked) {
    const std::vector<std::pair<const char*, Json>> wrong{
        {"iss", "https://evil.example"}, {"aud", "somebody-else"}, {"nonce", "other"}, {"sub", ""}, {"exp", 1}};
    for (const auto& [claim, value] : wrong) {
        CallbackBench b;
        b.op.knobs.change_claims = [&, name = std::string(claim), v = value](Json& claims) { claims.set(name, v); };
        const Response response = b.come_back(b.log_in());
        cr_expect(b.error_of(response) == "identity_rejected", "%s: %s", claim, b.error_of(response).c_str());
        cr_expect(b.sessions() == 0, "%s", claim);
        cr_expect(cookie_set_by(response, kSessionCookieName).empty(), "%s", claim);
        cr_expect(ge(sz, b.op.revoked_tokens().size(), 1), "%s", claim);
        cr_expect(eq(int, static_cast<int>(b.http.count(b.op.userinfo_endpoint())), 0), "%s", claim);
        cr_expect(b.leaks_nothing(response), "%s", claim);
    }
}

Test(callback, C19_a_code_exchange_that_fails_is_not_tried_again) {
    CallbackBench b;
    const std::string query = b.log_in();
    b.http.answer_next(b.op.token_endpoint(), failing_answer(ErrorCode::upstream_timeout));
    const Response response = b.come_back(query);
    cr_expect(b.error_of(response) == "exchange_failed" || b.error_of(response) == "unavailable");
    cr_expect(eq(int, b.token_requests(), 1));
    cr_expect(b.sessions() == 0);
}

Test(callback, B16_a_provider_session_that_ended_during_the_login_makes_no_session) {
    CallbackBench b;
    const std::string query = b.log_in();
    b.http.before_every_answer([&](const RecordedRequest& request) {
        if (request.url != b.op.token_endpoint()) return;
        (void)b.memory.end_sid(sid_index_keys(b.keys, b.op.issuer(), "provider-session-1"), {},
                               b.clock.now() + Seconds{600}, b.clock.now());
    });
    const Response response = b.come_back(query);
    cr_expect(eq(str, b.error_of(response), text("login_required")));
    cr_expect(b.sessions() == 0);
    cr_expect(ge(sz, b.op.revoked_tokens().size(), 1));
}

Test(callback, a_store_that_is_down_is_unavailable_and_costs_no_token) {
    CallbackBench b;
    const std::string query = b.log_in();
    b.store.fail_always(StoreOperation::consume_once);
    cr_expect(eq(str, b.error_of(b.come_back(query)), text("unavailable")));
    cr_expect(eq(int, b.token_requests(), 0));
    b.store.heal();
    cr_expect(b.error_of(b.come_back(query)).empty(), "nothing was lost");
}

Test(callback, a_store_that_fails_at_the_insert_revokes_what_was_received) {
    CallbackBench b;
    const std::string query = b.log_in();
    b.store.fail_always(StoreOperation::insert);
    cr_expect(eq(str, b.error_of(b.come_back(query)), text("unavailable")));
    cr_expect(eq(sz, b.op.revoked_tokens().size(), 2));
}

Test(callback, L44_a_login_in_vain_leaves_the_grant_of_the_session_that_stays) {
    CallbackBench b;
    const std::string session = cookie_set_by(b.come_back(b.log_in()), kSessionCookieName);
    const std::string query = b.op.log_in(b.begin("/auth/login", session));
    b.store.fail_always(StoreOperation::insert);
    cr_expect(eq(str, b.error_of(b.come_back(query)), text("unavailable")));
    cr_expect(eq(sz, b.op.revoked_tokens().size(), 1), "the access token alone");
}

Test(callback, C27_L44_a_login_in_vain_beside_no_live_session_gives_everything_back) {
    CallbackBench b;
    const SessionCookie over = b.put_session();
    const std::string query = b.op.log_in(b.begin("/auth/login", cookie_pair(over)));
    (void)b.store.erase(over.key(), b.clock.now()).value();
    b.store.fail_always(StoreOperation::insert);
    cr_expect(eq(str, b.error_of(b.come_back(query)), text("unavailable")));
    cr_expect(eq(sz, b.op.revoked_tokens().size(), 2));
}

Test(callback, C27_L44_a_rejected_identity_beside_a_made_up_session_gives_everything_back) {
    CallbackBench b;
    FixedRandom another;
    const std::string query = b.op.log_in(b.begin("/auth/login", cookie_pair(SessionCookie::create(another))));
    b.op.knobs.change_claims = [](Json& claims) { claims.set("nonce", "evil"); };
    cr_expect(eq(str, b.error_of(b.come_back(query)), text("identity_rejected")));
    cr_expect(eq(sz, b.op.revoked_tokens().size(), 2));
}

Test(callback, C27_C40_a_login_that_was_ended_meanwhile_gives_everything_back) {
    CallbackBench b;
    const SessionCookie session = b.put_session();
    const std::string query = b.op.log_in(b.begin("/auth/login", cookie_pair(session)));
    cr_assert(b.store.refuse_logins_in_flight(b.clock.now() + Seconds{600}, b.clock.now()).has_value());
    (void)b.store.erase(session.key(), b.clock.now()).value();
    cr_expect(eq(str, b.error_of(b.come_back(query)), text("login_required")));
    cr_expect(eq(sz, b.op.revoked_tokens().size(), 2));
}

Test(callback, C40_L44_a_login_that_was_ended_beside_a_session_that_was_not_leaves_its_grant) {
    CallbackBench b;
    const SessionCookie session = b.put_session();
    const std::string query = b.op.log_in(b.begin("/auth/login", cookie_pair(session)));
    cr_assert(b.store.refuse_logins_in_flight(b.clock.now() + Seconds{600}, b.clock.now()).has_value());
    cr_expect(eq(str, b.error_of(b.come_back(query)), text("login_required")));
    cr_expect(b.session_is_there(session));
    cr_expect(eq(sz, b.op.revoked_tokens().size(), 1), "the access token alone");
}

// Whether the insert was done although nobody confirmed it shows in what has become of the session it replaces.
Test(callback, C27_L44_an_insert_that_was_done_unconfirmed_has_ended_the_session_and_gives_everything_back) {
    for (const int failing_erases : {0, 1}) {
        CallbackBench b;
        const SessionCookie session = b.put_session();
        const std::string query = b.op.log_in(b.begin("/auth/login", cookie_pair(session)));
        b.store.fail_next(StoreOperation::insert, 1, FailurePoint::after_the_store);
        b.store.fail_next(StoreOperation::erase, failing_erases);
        cr_expect(eq(str, b.error_of(b.come_back(query)), text("unavailable")));
        cr_expect(not(b.session_is_there(session)));
        cr_expect(eq(sz, b.op.revoked_tokens().size(), 2), "%d", failing_erases);
    }
}

Test(callback, L44_where_nobody_knows_whether_the_session_stays_its_grant_does) {
    CallbackBench b;
    const SessionCookie session = b.put_session();
    const std::string query = b.op.log_in(b.begin("/auth/login", cookie_pair(session)));
    b.store.before(StoreOperation::insert, [&] { b.store.fail_all(); });
    b.store.fail_next(StoreOperation::insert);
    cr_expect(eq(str, b.error_of(b.come_back(query)), text("unavailable")));
    cr_expect(eq(sz, b.op.revoked_tokens().size(), 1), "the access token alone");
}
