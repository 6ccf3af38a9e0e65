// Nothing a browser sends to the login and the callback makes them crash, hang or grow, and every call they make has a
// limit.
#include "tests/conformance/rejected_login.h"

using namespace vestibule;

namespace {

std::vector<std::string> strange_queries() {
    std::vector<std::string> queries{
        "",
        "&",
        "&&&",
        "=",
        "=&=",
        "?",
        "%",
        "%0",
        "%zz",
        "a=%00",
        "code",
        "code&state",
        "code=&state=",
        ";",
        "a;b=c",
        "state=%",
        "#",
        "code=a#b",
        "\xff\xfe=\x80",
        "state=\xc0\xaf",
        "code[]=1",
        "__proto__=1",
        "state=..%2f..%2f",
    };
    for (const char* name : {"state", "code", "iss", "error", "returnTo", "acr_values", "max_age"})
        queries.push_back(std::string(name) + "=" + std::string(200'000, 'A'));
    std::string many;
    for (int i = 0; i < 20'000; ++i) many += "a" + std::to_string(i) + "=1&";
    queries.push_back(many);
    for (int octet = 0; octet < 256; ++octet) {
        if (octet == '\n' || octet == '\r' || octet == ' ') continue;  // they end the request line
        queries.push_back(std::string("state=") + static_cast<char>(octet) + "&code=" + static_cast<char>(octet));
    }
    return queries;
}

std::vector<std::string> strange_cookies() {
    const std::string name(kLoginCookieName);
    std::vector<std::string> cookies{";",
                                     "=",
                                     "; ;=",
                                     "=;=",
                                     ",",
                                     " ",
                                     name,
                                     name + "=",
                                     name + "==",
                                     name + "=\"\"",
                                     name + "=A; " + name + "=B",
                                     name + "=%00",
                                     "\xff=\xff",
                                     name + "=" + std::string(100'000, 'A'),
                                     std::string(kSessionCookieName) + "="};
    std::string many;
    for (int i = 0; i < 5'000; ++i) many += name + "=A;";
    cookies.push_back(many);
    return cookies;
}

bool is_an_answer(const Response& response) {
    return response.status == 200 || response.status == 303 || (response.status >= 400 && response.status < 500);
}

// A login that is to replace a session, whose store takes a second to find it, and whose provider takes a second to
// give tokens and `userinfo` to say who it is.
std::string begin_slow_login(CallbackBench& b, Milliseconds userinfo) {
    b.config.session.userinfo = true;
    b.config.provider.timeout = Milliseconds{3'000};
    const std::string query = b.op.log_in(b.begin("/auth/login", cookie_pair(b.put_session())));
    b.op.knobs.change_token_response = [](ScriptedAnswer& answer) { answer.delay = Milliseconds{1'000}; };
    b.op.knobs.change_userinfo_response = [=](ScriptedAnswer& answer) { answer.delay = userinfo; };
    b.store.before(StoreOperation::find, [&b] { b.clock.advance(Seconds{1}); });
    return query;
}

}  // namespace

Test(callback_limits, nothing_a_browser_sends_crashes_or_hangs_a_login, .timeout = 60) {
    CallbackBench b;
    (void)b.begin();
    for (const std::string& query : strange_queries()) {
        Request request = navigation_request("/auth/callback", b.login_cookie, "cross-site");
        request.query = query;
        const Response back = handle_callback(request, b.world);
        cr_expect(is_an_answer(back), "callback: %d", back.status);
        cr_expect(cookie_set_by(back, kSessionCookieName).empty());
        Request begin = navigation_request("/auth/login");
        begin.query = query;
        cr_expect(is_an_answer(handle_login(begin, b.world)));
    }
    cr_expect(b.sessions() == 0);
    cr_expect(eq(int, b.token_requests(), 0));
}

Test(callback_limits, S08_S09_S19_no_cookie_crashes_a_login_or_passes_for_one, .timeout = 60) {
    CallbackBench b;
    const std::string query = b.log_in();
    for (const std::string& cookies : strange_cookies()) {
        Request back = navigation_request("/auth/callback?" + query, {}, "cross-site");
        back.headers.set("Cookie", cookies);
        cr_expect(eq(str, b.error_of(handle_callback(back, b.world)), text("flow_invalid")));
        Request begin = navigation_request("/auth/login");
        begin.headers.set("Cookie", cookies);
        const Response begun = handle_login(begin, b.world);
        cr_expect(eq(int, +begun.status, 303));
        cr_expect(eq(sz, cookie_set_by(begun, kLoginCookieName).size(), kLoginCookieName.size() + 44));
    }
    cr_expect(eq(int, b.token_requests(), 0));
}

Test(callback_limits, C3_each_parameter_missing_empty_or_doubled_is_answered) {
    CallbackBench b;
    const std::string query = b.log_in();
    for (const char* name : {"code", "state", "iss"}) {
        for (const std::string& changed :
             {without(query, name), with(query, name, ""), query + "&" + name + "=", query + "&" + query}) {
            cr_expect(eq(str, b.error_of(b.come_back(changed)), text("flow_invalid")), "%s", name);
        }
    }
    cr_expect(eq(int, b.token_requests(), 0));
    cr_expect(b.error_of(b.come_back(query)).empty(), "nothing was used up");
}

Test(callback_limits, C1_a_login_after_2038_works) {
    CallbackBench b;
    b.clock.advance(Seconds{std::int64_t{20} * 366 * 24 * 3600});
    const std::string cookie = cookie_set_by(b.come_back(b.log_in()), kSessionCookieName);
    cr_assert(not(cookie.empty()));
    b.clock.advance(Seconds{60});
    cr_expect(b.opens(cookie));
}

Test(callback_limits, A23_C38_every_call_to_the_provider_is_bounded_in_time_and_size) {
    CallbackBench b;
    b.config.session.userinfo = true;
    b.config.provider.timeout = Milliseconds{3'000};
    const std::string query = b.log_in();
    b.op.knobs.change_userinfo = [](Json& claims) { claims.set("sub", "evil"); };  // so that it revokes, too
    (void)b.come_back(query);
    std::set<std::string> called;
    for (const RecordedRequest& request : b.http.requests()) {
        called.insert(request.url);
        cr_expect(request.limits.total.count() > 0 && request.limits.total <= Milliseconds{3'000}, "%s",
                  request.url.c_str());
        cr_expect(request.limits.max_body_octets <= 1024 * 1024, "%s", request.url.c_str());
        cr_expect(request.limits.max_header_octets <= 64 * 1024, "%s", request.url.c_str());
    }
    cr_expect(called == set_of({b.op.metadata_url(), b.op.token_endpoint(), b.op.keys_url(), b.op.userinfo_endpoint(),
                                b.op.revocation_endpoint()}));
}

Test(callback_limits, C38_a_provider_that_drags_on_costs_no_more_than_its_time) {
    CallbackBench b;
    b.config.provider.timeout = Milliseconds{3'000};
    const std::string query = b.log_in();
    const auto before = b.clock.monotonic_now();
    for (const std::string& url : {b.op.token_endpoint(), b.op.keys_url(), b.op.revocation_endpoint()})
        b.http.answer(url, {.status = 200, .delay = Milliseconds{60'000}});
    cr_expect(eq(str, b.error_of(b.come_back(query)), text("unavailable")));
    cr_expect(b.clock.monotonic_now() - before <= Milliseconds{6'000});
    b.op.come_back();
    cr_expect(b.error_of(b.come_back(b.log_in())).empty(), "one may try again");
}

// Each step well within its own limit, all of them together not: one limit for the whole callback.
Test(callback_limits, C38_a_slow_provider_and_a_slow_store_share_one_limit) {
    CallbackBench b;
    const std::string query = begin_slow_login(b, Milliseconds{1'001});
    const auto before = b.clock.monotonic_now();
    const Response response = b.come_back(query);
    cr_expect(eq(str, b.error_of(response), text("unavailable")));
    cr_expect(b.clock.monotonic_now() - before <= Milliseconds{3'000});
    cr_expect(eq(ulong, b.sessions(), 1), "the one there was");
    cr_expect(response.headers.all("Set-Cookie").empty());
    cr_expect(eq(sz, b.op.revoked_tokens().size(), 1), "what was received is given back all the same");
}

Test(callback_limits, C38_what_is_just_in_time_logs_in) {
    CallbackBench b;
    const std::string query = begin_slow_login(b, Milliseconds{999});
    cr_expect(b.error_of(b.come_back(query)).empty(), "%s", b.log.text().c_str());
    cr_expect(eq(ulong, b.sessions(), 1));
}

// The last answer takes the last of the time: nothing is begun any more, the insert neither.
Test(callback_limits, C38_nothing_is_written_when_the_time_is_over) {
    CallbackBench b;
    const std::string query = begin_slow_login(b, Milliseconds{1'000});
    cr_expect(eq(str, b.error_of(b.come_back(query)), text("unavailable")));
    cr_expect(eq(sz, b.store.calls(StoreOperation::insert), 1), "of the session there was");
}

Test(callback_limits, C38_a_callback_whose_time_is_over_before_it_begins_uses_nothing_up) {
    CallbackBench b;
    const std::string query = b.log_in();
    b.provider.metadata().value();
    b.clock.advance(Seconds{60});  // so that the metadata are asked for again
    b.http.answer(b.op.metadata_url(), {.status = 200, .delay = Milliseconds{60'000}});
    (void)b.come_back(query);
    b.op.come_back();
    cr_expect(b.error_of(b.come_back(query)).empty());
}

Test(callback_limits, C14_a_posted_response_is_bounded) {
    CallbackBench b;
    b.config.provider.response_mode = ResponseMode::form_post;
    const std::string form = b.log_in();
    cr_expect(eq(str, b.error_of(b.post_back(form + "&evil=" + std::string(1'000'000, 'e'))), text("flow_invalid")));
    cr_expect(eq(int, b.token_requests(), 0));
    cr_expect(b.error_of(b.post_back(form)).empty());
}

Test(callback_limits, H32_a_provider_that_is_away_is_503_and_says_when_to_come_back) {
    CallbackBench b;
    b.op.go_down();
    const Response response = handle_login(fetch_request("GET", "/auth/login"), b.world);
    cr_expect(eq(int, +response.status, 503));
    cr_expect(not(header_of(response, "Retry-After").empty()));
    cr_expect(response.headers.all("Set-Cookie").empty());
}

Test(callback_limits, X16_H28_a_store_that_is_down_lets_nobody_in) {
    CallbackBench b;
    const std::string query = b.log_in();
    b.store.fail_all();
    const Response response = b.come_back(query);
    cr_expect(eq(str, b.error_of(response), text("unavailable")));
    cr_expect(cookie_set_by(response, kSessionCookieName).empty());
    cr_expect(eq(int, b.token_requests(), 0));
    b.store.heal();
    cr_expect(b.error_of(b.come_back(query)).empty(), "and nothing was used up");
}
