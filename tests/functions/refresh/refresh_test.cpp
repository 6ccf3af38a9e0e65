#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "functions/refresh/handler.h"
#include "tests/support/test_world.h"

using namespace vestibule;

namespace {

struct RefreshBench : TestWorld {
    SessionCookie cookie = put_session();
    RefreshBench() { clock.advance(Seconds{30}); }  // past the cool-down

    Response refresh(std::string_view method = "POST") {
        return handle_refresh(fetch_request(method, "/auth/refresh", cookie_pair(cookie)), world);
    }
    int token_requests() { return op.token_requests(); }
};

}  // namespace

Test(refresh_function, R13_answers_with_the_session_and_no_token) {
    RefreshBench b;
    const Response response = b.refresh();
    cr_assert(eq(int, +response.status, 200));
    cr_expect(json_of(response).integer_at("accessTokenExpiresIn") == 300);
    cr_expect(json_of(response).integer_at("expiresIn") == 43170);
    cr_expect(eq(int, b.token_requests(), 1));
    cr_expect(b.leaks_nothing(response));
}

Test(refresh_function, R13_asking_again_at_once_costs_no_token_request) {
    RefreshBench b;
    for (int i = 0; i < 20; ++i) cr_expect(eq(int, +b.refresh().status, 200));
    cr_expect(eq(int, b.token_requests(), 1));
    b.clock.advance(Seconds{5});
    cr_expect(eq(int, +b.refresh().status, 200));
    cr_expect(eq(int, b.token_requests(), 2));
    cr_expect(eq(int, b.op.reused_refresh_tokens(), 0));
}

Test(refresh_function, S24_invalid_grant_is_session_ended_and_a_late_answer_undoes_no_newer_login) {
    RefreshBench b;
    b.http.answer_next(b.op.token_endpoint(), json_answer(400, R"({"error":"invalid_grant"})"));
    const Response response = b.refresh();
    cr_expect(eq(int, +response.status, 401));
    cr_expect(eq(str, code_of(response), text("session_ended")));
    cr_expect(header_of(response, "Set-Cookie").empty());
    cr_expect(not(b.session_is_there(b.cookie)));
    cr_expect(eq(str, code_of(b.refresh()), text("no_session")));
}

Test(refresh_function, R07_everything_else_keeps_the_session) {
    const std::vector<std::pair<const char*, ScriptedAnswer>> troubles{
        {"429", json_answer(429, R"({"error":"slow_down"})")},
        {"500", json_answer(500, "{}")},
        {"502 html", ScriptedAnswer{.status = 502, .body = "<html>"}},
        {"garbage", ScriptedAnswer{.status = 200, .body = "garbage"}},
        {"invalid_client", json_answer(401, R"({"error":"invalid_client"})")},
        {"invalid_request", json_answer(400, R"({"error":"invalid_request"})")},
        {"temporarily",
         json_answer(400, R"({"error":"temporarily_unavailable","error_description":"no invalid_grant"})")},
        {"408", json_answer(408, R"({"error":"invalid_grant"})")},
        {"html 400", ScriptedAnswer{.status = 400, .body = "invalid_grant"}},
        {"timeout", failing_answer(ErrorCode::upstream_timeout)},
        {"unreachable", failing_answer(ErrorCode::upstream_unreachable)},
    };
    for (const auto& [name, answer] : troubles) {
        RefreshBench b;
        b.http.answer_next(b.op.token_endpoint(), answer);
        const Response response = b.refresh();
        cr_expect(eq(int, +response.status, 503), "%s: %d", name, response.status);
        cr_expect(code_of(response) == "provider_unavailable", "%s: %s", name, code_of(response).c_str());
        cr_expect(not(header_of(response, "Retry-After").empty()), "%s", name);
        cr_expect(header_of(response, "Set-Cookie").empty(), "%s", name);
        cr_expect(b.session_is_there(b.cookie), "%s", name);
    }
}

Test(refresh_function, R05_a_new_id_token_for_somebody_else_ends_the_session) {
    for (const char* claim : {"sub", "iss", "aud"}) {
        RefreshBench b;
        b.op.knobs.change_claims = [&](Json& claims) { claims.set(claim, "https://evil.example"); };
        cr_expect(code_of(b.refresh()) == "session_ended", "%s", claim);
        cr_expect(not(b.session_is_there(b.cookie)), "%s", claim);
    }
}

Test(refresh_function, no_session_is_401_and_get_is_405) {
    RefreshBench b;
    const Response none = handle_refresh(fetch_request("POST", "/auth/refresh"), b.world);
    cr_expect(eq(int, +none.status, 401));
    cr_expect(eq(str, code_of(none), text("no_session")));
    cr_expect(eq(int, +b.refresh("GET").status, 405));
    cr_expect(eq(int, b.token_requests(), 0));
}

Test(refresh_function, a_store_that_is_down_is_503_and_no_logout) {
    RefreshBench b;
    b.store.fail_all();
    const Response response = b.refresh();
    cr_expect(eq(str, code_of(response), text("store_unavailable")));
    cr_expect(header_of(response, "Set-Cookie").empty());
}

Test(refresh_function, another_site_cannot_ask_for_it) {
    RefreshBench b;
    Request request = fetch_request("POST", "/auth/refresh", cookie_pair(b.cookie));
    request.headers.set("Sec-Fetch-Site", "same-site");
    cr_expect(eq(int, +handle_refresh(request, b.world).status, 403));
    cr_expect(eq(int, b.token_requests(), 0));
}
