#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "functions/userinfo/handler.h"
#include "tests/support/test_world.h"

using namespace vestibule;

namespace {

struct UserinfoBench : TestWorld {
    SessionCookie cookie = put_session();
    UserinfoBench() { clock.advance(Seconds{10}); }  // a token that is new would be left alone
    Response ask() { return handle_userinfo(fetch_request("GET", "/auth/userinfo", cookie_pair(cookie)), world); }
};

}  // namespace

Test(userinfo, I41_asks_with_the_access_token_in_the_header_and_answers_with_the_claims) {
    UserinfoBench b;
    const Response response = b.ask();
    cr_assert(eq(int, +response.status, 200));
    cr_expect(json_of(response).find("userInfo")->string_at("name") == "Alice Example");
    const auto request = b.http.last_to(b.op.userinfo_endpoint());
    cr_expect(eq(str, text(request.method), text("GET")));
    cr_expect(request.header("Authorization").starts_with("Bearer "));
    cr_expect(b.leaks_nothing(response));
}

Test(userinfo, I39_claims_about_somebody_else_are_not_used) {
    UserinfoBench b;
    b.op.knobs.change_userinfo = [](Json& claims) { claims.set("sub", "mallory"); };
    const Response response = b.ask();
    cr_expect(eq(int, +response.status, 502));
    cr_expect(eq(str, code_of(response), text("upstream_invalid")));
    cr_expect(b.session_is_there(b.cookie));
}

Test(userinfo, refreshes_first_where_the_token_is_about_to_end) {
    UserinfoBench b;
    b.clock.advance(Seconds{290});
    cr_expect(eq(int, +b.ask().status, 200));
    cr_expect(eq(int, b.op.token_requests(), 1));
}

Test(userinfo, a_rejected_token_is_refreshed_once_and_then_it_is_the_providers_fault) {
    UserinfoBench b;
    b.http.answer(b.op.userinfo_endpoint(), ScriptedAnswer{.status = 401});
    const Response response = b.ask();
    cr_expect(eq(int, +response.status, 502));
    cr_expect(eq(int, b.op.token_requests(), 1));
    cr_expect(eq(sz, b.http.count(b.op.userinfo_endpoint()), 2));
    cr_expect(b.session_is_there(b.cookie));
}

Test(userinfo, a_provider_that_is_down_is_503) {
    UserinfoBench b;
    (void)b.ask();
    b.op.go_down();
    const Response response = b.ask();
    cr_expect(eq(int, +response.status, 503));
    cr_expect(b.session_is_there(b.cookie));
}

Test(userinfo, without_a_session_it_asks_nobody) {
    UserinfoBench b;
    const Response response = handle_userinfo(fetch_request("GET", "/auth/userinfo"), b.world);
    cr_expect(eq(int, +response.status, 401));
    cr_expect(eq(sz, b.http.count(b.op.userinfo_endpoint()), 0));
}
