#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "functions/checksession/handler.h"
#include "tests/support/test_world.h"

using namespace vestibule;

namespace {

struct CheckBench : TestWorld {
    Response check(const std::string& cookies, std::string_view method = "GET") {
        return handle_checksession(fetch_request(method, "/auth/checksession", cookies), world);
    }
};

}  // namespace

Test(checksession, K01_K10_tells_who_and_for_how_long) {
    CheckBench b;
    const auto cookie = b.put_session();
    b.clock.advance(Seconds{60});
    const Response response = b.check(cookie_pair(cookie));
    cr_assert(eq(int, +response.status, 200));
    const Json body = json_of(response);
    cr_expect(body.bool_at("loggedIn") == true);
    cr_expect(member(body, "user") == Json::object({{"sub", "alice"}, {"name", "Alice"}}));
    cr_expect(member(body, "session") ==
              Json::object({{"expiresIn", 43140}, {"idleExpiresIn", 1740}, {"accessTokenExpiresIn", 240}}));
    cr_expect(member(body, "links") ==
              Json::object({{"login", "/auth/login"}, {"logout", "/auth/logout"}, {"refresh", "/auth/refresh"}}));
    cr_expect(b.leaks_nothing(response));
}

Test(checksession, K03_shows_configured_claims_only) {
    CheckBench b;
    b.config.session.claims = {"sub"};
    const auto cookie = b.put_session({.claims = Json::object({{"sub", "alice"}, {"roles", "buyer"}})});
    cr_expect(member(json_of(b.check(cookie_pair(cookie))), "user") == Json::object({{"sub", "alice"}}));
}

Test(checksession, K04_none_forged_and_expired_look_alike) {
    CheckBench b;
    const auto cookie = b.put_session();
    const std::string none = body_text_of(b.check(""));
    const std::string forged = body_text_of(b.check("__Host-Http-session=" + std::string(64, 'A')));
    const std::string malformed = body_text_of(b.check("__Host-Http-session=x"));
    b.clock.advance(Seconds{43200});
    const std::string expired = body_text_of(b.check(cookie_pair(cookie)));
    cr_expect(eq(str, text(forged), text(none)));
    cr_expect(eq(str, text(malformed), text(none)));
    cr_expect(eq(str, text(expired), text(none)));
    cr_expect(Json::parse(none)->bool_at("loggedIn") == false);
}

// K13 asks to delete a stale cookie; an answer that is overtaken by a new login would delete the new one, so we do not.
Test(checksession, no_answer_touches_the_cookie) {
    CheckBench b;
    const auto cookie = b.put_session();
    (void)b.store.erase(cookie.key(), b.clock.now());
    const Response stale = b.check(cookie_pair(cookie));
    cr_expect(json_of(stale).bool_at("loggedIn") == false);
    cr_expect(header_of(stale, "Set-Cookie").empty());
}

Test(checksession, K08_K09_polling_extends_nothing_and_calls_nobody) {
    CheckBench b;
    const auto cookie = b.put_session();
    b.http.forget_requests();
    for (int i = 0; i < 29; ++i) {
        cr_expect(json_of(b.check(cookie_pair(cookie))).bool_at("loggedIn") == true);
        b.clock.advance(Seconds{60});
    }
    b.clock.advance(Seconds{60});
    cr_expect(json_of(b.check(cookie_pair(cookie))).bool_at("loggedIn") == false);
    cr_expect(eq(int, b.store.calls(StoreOperation::touch), 0));
    cr_expect(eq(sz, b.http.requests().size(), 0));
}

Test(checksession, K11_a_store_that_is_down_is_503_and_neither_yes_nor_no) {
    CheckBench b;
    const auto cookie = b.put_session();
    b.store.fail_all();
    const Response response = b.check(cookie_pair(cookie));
    cr_expect(eq(int, +response.status, 503));
    cr_expect(eq(str, code_of(response), text("store_unavailable")));
    cr_expect(not(header_of(response, "Retry-After").empty()));
    cr_expect(header_of(response, "Set-Cookie").empty());
    cr_expect(body_text_of(response).find("loggedIn") == std::string::npos);
}

Test(checksession, K07_S36_other_sites_are_refused_before_the_session_is_looked_at) {
    CheckBench b;
    const auto cookie = b.put_session();
    const int before = b.store.calls(StoreOperation::find);
    for (const char* site : {"cross-site", "same-site", "none", "SAME-ORIGIN "}) {
        Request request = fetch_request("GET", "/auth/checksession", cookie_pair(cookie));
        request.headers.set("Sec-Fetch-Site", site);
        cr_expect(eq(int, +handle_checksession(request, b.world).status, 403), "%s", site);
    }
    cr_expect(eq(int, b.store.calls(StoreOperation::find), +before));
}

Test(checksession, S37_without_sec_fetch_the_origin_or_the_header_counts) {
    CheckBench b;
    const auto with = [&](std::string_view name, std::string_view value) {
        Request request = request_of("GET /auth/checksession HTTP/1.1\r\n\r\n");
        if (!name.empty()) request.headers.set(name, value);
        return handle_checksession(request, b.world).status;
    };
    cr_expect(eq(int, +with("", ""), 403));
    cr_expect(eq(int, +with("Origin", "https://app.example.com"), 200));
    cr_expect(eq(int, +with("Origin", "null"), 403));
    cr_expect(eq(int, +with("Origin", "https://app.example.com.evil"), 403));
    cr_expect(eq(int, +with("X-BFF", "1"), 200));
}

Test(checksession, K05_K06_is_json_that_nobody_caches) {
    CheckBench b;
    const Response response = b.check("");
    cr_expect(header_of(response, "Cache-Control").find("no-store") != std::string::npos);
    cr_expect(header_of(response, "Content-Type").starts_with("application/json"));
    cr_expect(eq(str, header_of(response, "X-Content-Type-Options"), text("nosniff")));
    cr_expect(header_of(response, "Vary").find("Cookie") != std::string::npos);
}

Test(checksession, K12_get_and_head_only) {
    CheckBench b;
    cr_expect(eq(int, b.check("", "HEAD").status, 200));
    for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS"}) {
        const Response response = b.check("", method);
        cr_expect(eq(int, +response.status, 405), "%s", method);
        cr_expect(header_of(response, "Allow") == "GET, HEAD", "%s", method);
    }
}

Test(checksession, S09_two_session_cookies_are_none) {
    CheckBench b;
    const auto cookie = b.put_session();
    const Response response = b.check(cookie_pair(cookie) + "; __Host-Http-session=" + std::string(64, 'A'));
    cr_expect(json_of(response).bool_at("loggedIn") == false);
}
