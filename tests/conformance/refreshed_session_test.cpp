// What a login became, when its tokens are refreshed later.
#include "functions/refresh/handler.h"
#include "tests/conformance/module_run.h"

using namespace vestibule;

namespace {

std::string kept_id_token(CallbackBench& b, const std::string& session) {
    const auto live = find_live_session(fetch_request("GET", "/", session), b.store, b.keys, b.clock.now());
    return live.value().value().tokens(b.keys)->id_token->reveal();
}

Response refresh(CallbackBench& b, const std::string& session) {
    return handle_refresh(fetch_request("POST", "/auth/refresh", session), b.world);
}

}  // namespace

Test(refreshed_session, I38_an_access_token_that_looks_like_anything_is_nobodys_business_but_the_resources) {
    for (const char* token : {"x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJleHAiOjF9.", "{\"exp\":1}", "eyJleHAiOjF9"}) {
        CallbackBench b;
        b.op.knobs.change_token_answer = [token](Json& answer) { answer.set("access_token", token); };
        const std::string session = cookie_set_by(b.come_back(b.log_in()), kSessionCookieName);
        cr_assert(not(session.empty()), "%s", token);
        b.clock.advance(Seconds{30});
        cr_expect(refresh(b, session).status == 200, "%s", token);
        cr_expect(b.opens(session), "%s", token);
    }
}

Test(refreshed_session, I43_the_id_token_runs_out_and_the_session_stays) {
    CallbackBench b;
    b.op.knobs.id_token_lifetime = Seconds{60};
    b.op.knobs.id_token_at_refresh = false;
    const std::string session = expect_login(b);
    b.clock.advance(Seconds{1'000});
    cr_expect(b.opens(session));
    cr_expect(eq(int, +refresh(b, session).status, 200));
    cr_expect(b.opens(session));
}

Test(refreshed_session, I44_the_id_token_is_kept_as_it_came_until_a_newer_one_is_verified) {
    CallbackBench b;
    std::vector<std::string> issued;
    b.op.knobs.change_jws = [&](std::string& compact) { issued.push_back(compact); };
    const std::string session = expect_login(b);
    cr_expect(eq(str, kept_id_token(b, session), text(issued.at(0))));
    b.clock.advance(Seconds{30});
    cr_expect(eq(int, +refresh(b, session).status, 200));
    cr_expect(eq(sz, issued.size(), 2));
    cr_expect(eq(str, kept_id_token(b, session), text(issued.at(1))));
    b.op.knobs.id_token_at_refresh = false;
    b.clock.advance(Seconds{30});
    cr_expect(eq(int, +refresh(b, session).status, 200));
    cr_expect(eq(str, kept_id_token(b, session), text(issued.at(1))), "none came: the last one stays");
}

// Others looked for the words anywhere in the answer.
Test(refreshed_session, C7_a_description_that_says_invalid_grant_ends_nothing) {
    const char* const answers[] = {
        R"({"error":"temporarily_unavailable","error_description":"try again: invalid_grant is not what this is"})",
        R"({"error":"invalid_request","error_description":"invalid_grant"})",
        R"({"error_description":"invalid_grant"})",
        R"({"error":"INVALID_GRANT"})",
        R"("invalid_grant")",
    };
    for (const char* answer : answers) {
        CallbackBench b;
        const std::string session = expect_login(b);
        b.clock.advance(Seconds{30});
        b.http.answer_next(b.op.token_endpoint(), json_answer(400, answer));
        (void)refresh(b, session);
        cr_expect(b.opens(session), "%s", answer);
        b.clock.advance(Seconds{120});
        cr_expect(refresh(b, session).status == 200, "%s", answer);
    }
}
