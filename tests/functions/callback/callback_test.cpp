#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <thread>

#include "session/live_session.h"
#include "tests/functions/callback/callback_bench.h"

using namespace vestibule;

namespace {

const std::string kApp = "https://app.example.com";

std::string without_parameter(const std::string& query, const std::string& name) {
    std::string kept;
    const auto form = Form::parse(query).value();
    Form rest;
    for (const auto& [key, value] : form.parameters()) {
        if (key != name) rest.add(key, value);
    }
    return rest.encode();
}

}  // namespace

Test(callback, a_login_lands_on_its_return_path_with_a_strict_session_cookie) {
    CallbackBench b;
    const Response response = b.come_back(b.log_in());
    cr_assert(eq(int, +response.status, 303));
    cr_expect(eq(str, header_of(response, "Location"), text(kApp + "/inbox")));
    const std::string cookie = cookie_set_by(response, kSessionCookieName);
    cr_assert(not(cookie.empty()));
    cr_expect(b.sessions() == 1);
    cr_expect(b.leaks_nothing(response));
}

Test(callback, the_new_session_opens_with_its_cookie_and_knows_who_it_is) {
    CallbackBench b;
    const std::string cookie = cookie_set_by(b.come_back(b.log_in()), kSessionCookieName);
    const auto session =
        find_live_session(fetch_request("GET", "/", cookie), b.store, b.keys, b.clock.now()).value().value();
    cr_expect(eq(str, session.claims().string_at("sub").value(), text("alice")));
    cr_expect(eq(str, session.claims().string_at("name").value(), text("Alice Example")));
    cr_expect(session.row().expires_at - b.clock.now() == b.config.session.absolute);
    cr_expect(session.row().idle_expires_at - b.clock.now() == b.config.session.idle);
    cr_expect(session.tokens(b.keys)->refresh_token.has_value());
    cr_expect(session.tokens(b.keys)->id_token.has_value());
}

Test(callback, X20_the_session_keeps_only_configured_claims_and_those_of_routes) {
    CallbackBench b;
    b.config.session.claims = {"sub"};
    b.config.routes.push_back(Route{});
    b.config.routes.back().require = {{"roles", "buyer"}};
    b.op.knobs.user = Json::object({{"name", "Alice"}, {"email", "a@example.com"}, {"roles", "buyer"}});
    const std::string cookie = cookie_set_by(b.come_back(b.log_in()), kSessionCookieName);
    const auto session =
        find_live_session(fetch_request("GET", "/", cookie), b.store, b.keys, b.clock.now()).value().value();
    cr_expect(session.claims() == Json::object({{"roles", "buyer"}, {"sub", "alice"}}));
}

Test(callback, L30_two_tabs_come_back_in_the_other_order) {
    CallbackBench b;
    const std::string first = b.log_in("/auth/login?returnTo=/a");
    const std::string second = b.log_in("/auth/login?returnTo=/b");
    cr_expect(eq(str, header_of(b.come_back(second), "Location"), text(kApp + "/b")));
    cr_expect(eq(str, header_of(b.come_back(first), "Location"), text(kApp + "/a")));
}

Test(callback, C28_the_session_the_browser_had_when_it_began_is_ended) {
    CallbackBench b;
    const SessionCookie old = b.put_session();
    const std::string query = b.log_in("/auth/login", cookie_pair(old));
    cr_expect(b.session_is_there(old), "it stays until the login is complete (L44)");
    const Response response = b.come_back(query);
    cr_expect(not(b.session_is_there(old)));
    cr_expect(b.sessions() == 1);
    cr_expect(ne(str, cookie_set_by(response, kSessionCookieName), cookie_pair(old)));
}

Test(callback, C28_S20_two_tabs_that_finish_in_either_order_leave_the_newest_session_alone) {
    for (const bool other_order : {false, true}) {
        CallbackBench b;
        std::string earlier = b.log_in("/auth/login?returnTo=/a");
        std::string later = b.log_in("/auth/login?returnTo=/b");
        if (other_order) std::swap(earlier, later);
        const std::string first = cookie_set_by(b.come_back(earlier), kSessionCookieName);
        cr_assert(b.opens(first));
        const std::string second = cookie_set_by(b.come_back(later), kSessionCookieName);
        cr_expect(b.opens(second), "other order: %d", other_order);
        cr_expect(not(b.opens(first)), "other order: %d", other_order);
        cr_expect(b.sessions() == 1, "other order: %d", other_order);
    }
}

Test(callback, C28_two_tabs_also_end_the_session_that_was_there_before_both) {
    CallbackBench b;
    const SessionCookie old = b.put_session();
    const std::string first = b.log_in("/auth/login", cookie_pair(old));
    const std::string second = b.log_in("/auth/login", cookie_pair(old));
    (void)b.come_back(first);
    cr_expect(b.opens(cookie_set_by(b.come_back(second), kSessionCookieName)));
    cr_expect(not(b.session_is_there(old)));
    cr_expect(b.sessions() == 1);
}

Test(callback, C28_a_rotation_of_keys_between_two_tabs_leaves_one_session) {
    CallbackBench b;
    b.keys = test_keys("old:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE");
    const std::string first = b.log_in();
    const std::string second = b.log_in();
    const std::string former = cookie_set_by(b.come_back(first), kSessionCookieName);
    b.keys = test_keys(
        "new:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI\n"
        "old:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE");
    cr_expect(b.opens(cookie_set_by(b.come_back(second), kSessionCookieName)));
    cr_expect(not(b.opens(former)));
    cr_expect(b.sessions() == 1);
}

Test(callback, C28_the_session_of_another_browser_stays) {
    CallbackBench b;
    const std::string theirs = cookie_set_by(b.come_back(b.log_in()), kSessionCookieName);
    b.login_cookie.clear();  // from here on a browser that was never here before
    const std::string ours = cookie_set_by(b.come_back(b.log_in()), kSessionCookieName);
    cr_expect(b.opens(theirs) && b.opens(ours));
    cr_expect(b.sessions() == 2);
}

Test(callback, L44_a_second_tab_that_fails_leaves_the_session_of_the_first) {
    CallbackBench b;
    const std::string first = b.log_in();
    const std::string second = b.log_in();
    const std::string session = cookie_set_by(b.come_back(first), kSessionCookieName);
    const std::string denied = without_parameter(second, "code") + "&error=access_denied";
    cr_expect(eq(str, b.error_of(b.come_back(denied)), text("access_denied")));
    cr_expect(b.opens(session));
    cr_expect(b.sessions() == 1);
}

Test(callback, C01_a_missing_foreign_or_tampered_state_is_refused_without_a_token_request) {
    CallbackBench b;
    const std::string query = b.log_in();
    std::string tampered = query;
    const std::size_t at = tampered.find("state=") + 20;
    tampered[at] = tampered[at] == 'A' ? 'B' : 'A';
    CallbackBench stranger;
    (void)stranger.random.octets(4096);  // so that it draws other octets than ours
    for (const std::string& bad :
         {without_parameter(query, "state"), tampered, text("code=x&state=garbage"), stranger.log_in(), text("")}) {
        cr_expect(b.error_of(b.come_back(bad)) == "flow_invalid", "%s", bad.c_str());
    }
    cr_expect(eq(int, b.token_requests(), 0));
    cr_expect(b.sessions() == 0);
}

Test(callback, L08_another_browser_cannot_use_a_good_response) {
    CallbackBench b;
    const std::string query = b.log_in();
    FixedRandom other(7);
    const std::string theirs = BrowserBinding::of_or_new(Request{}, other).set_cookie();
    const Response response = b.come_back(query, theirs.substr(0, theirs.find(';')));
    cr_expect(eq(str, b.error_of(response), text("flow_invalid")));
    cr_expect(eq(str, b.error_of(b.come_back(query, "")), text("flow_invalid")));
    cr_expect(eq(int, b.token_requests(), 0));
    cr_expect(cookie_set_by(b.come_back(query), kSessionCookieName) != "", "the right browser still can");
}

Test(callback, an_expired_flow_says_so) {
    CallbackBench b;
    const std::string query = b.log_in();
    b.clock.advance(kLoginFlowLifetime);
    const Response response = b.come_back(query);
    cr_expect(eq(str, header_of(response, "Location"), text(kApp + "/?auth_error=flow_expired")));
    cr_expect(eq(int, b.token_requests(), 0));
}

Test(callback, C02_twenty_parallel_callbacks_make_one_token_request) {
    CallbackBench b;
    const std::string query = b.log_in();
    std::vector<std::thread> threads;
    std::atomic<int> with_cookie{0};
    for (int i = 0; i < 20; ++i) {
        threads.emplace_back([&] {
            if (!cookie_set_by(b.come_back(query), kSessionCookieName).empty()) ++with_cookie;
        });
    }
    for (std::thread& thread : threads) thread.join();
    cr_expect(eq(int, b.token_requests(), 1));
    cr_expect(eq(int, with_cookie.load(), 1));
    cr_expect(b.sessions() == 1);
}

Test(callback, C34_the_back_button_lands_in_the_app_without_an_error) {
    CallbackBench b;
    const std::string query = b.log_in();
    const std::string session = cookie_set_by(b.come_back(query), kSessionCookieName);
    const Response again = b.come_back(query);
    cr_expect(eq(str, header_of(again, "Location"), text(kApp + "/inbox")));
    cr_expect(cookie_set_by(again, kSessionCookieName).empty());
    cr_expect(eq(int, b.token_requests(), 1));
    const auto still = find_live_session(fetch_request("GET", "/", session), b.store, b.keys, b.clock.now());
    cr_expect(still.value().has_value());
}

Test(callback, somebody_who_is_logged_in_lands_in_the_app_without_an_error) {
    CallbackBench b;
    const std::string session = cookie_set_by(b.come_back(b.log_in()), kSessionCookieName);
    const Response response = b.come_back("code=x&state=nonsense", session);
    cr_expect(eq(str, header_of(response, "Location"), text(kApp + "/")));
}

Test(callback, C07_a_parameter_given_twice_is_refused) {
    CallbackBench b;
    const std::string query = b.log_in();
    for (const char* extra : {"&code=other", "&state=other", "&iss=other"}) {
        cr_expect(b.error_of(b.come_back(query + extra)) == "flow_invalid", "%s", extra);
    }
    cr_expect(eq(int, b.token_requests(), 0));
}

Test(callback, C08_code_together_with_error_or_neither_is_refused) {
    CallbackBench b;
    const std::string query = b.log_in();
    cr_expect(eq(str, b.error_of(b.come_back(query + "&error=access_denied")), text("flow_invalid")));
    cr_expect(eq(str, b.error_of(b.come_back(without_parameter(query, "code"))), text("flow_invalid")));
}

Test(callback, C09_unknown_parameters_are_ignored) {
    CallbackBench b;
    cr_expect(b.error_of(b.come_back(b.log_in() + "&session_state=abc.def&vendor=x")).empty());
}

Test(callback, C04_a_wrong_or_missing_iss_is_refused) {
    for (const char* iss : {"", "&iss=", "&iss=https://evil.example"}) {
        CallbackBench b;
        const std::string query = without_parameter(b.log_in(), "iss") + iss;
        cr_expect(b.error_of(b.come_back(query)) == "flow_invalid", "'%s'", iss);
        cr_expect(b.token_requests() == 0, "'%s'", iss);
    }
}

Test(callback, C10_C12_the_providers_errors_become_our_words) {
    const std::vector<std::pair<const char*, const char*>> table{
        {"access_denied", "access_denied"},
        {"login_required", "login_required"},
        {"interaction_required", "interaction_required"},
        {"consent_required", "interaction_required"},
        {"account_selection_required", "interaction_required"},
        {"temporarily_unavailable", "unavailable"},
        {"invalid_scope", "provider_error"},
        {"<script>alert(1)</script>", "provider_error"},
    };
    for (const auto& [theirs, ours] : table) {
        CallbackBench b;
        const Response response = b.come_back(b.op.refuse(b.begin(), theirs));
        cr_expect(b.error_of(response) == ours, "%s became %s", theirs, b.error_of(response).c_str());
        cr_expect(eq(int, b.token_requests(), 0));
        cr_expect(text_of(response).find("script>") == std::string::npos);
    }
}

Test(callback, C13_head_and_post_are_405_and_consume_nothing) {
    CallbackBench b;
    const std::string query = b.log_in();
    for (const char* method : {"HEAD", "POST", "PUT"}) {
        const Request request = navigation_request("/auth/callback?" + query, b.login_cookie, "cross-site", method);
        cr_expect(eq(int, +handle_callback(request, b.world).status, 405), "%s", method);
    }
    cr_expect(b.error_of(b.come_back(query)).empty());
}

Test(callback, C16_a_framed_callback_is_refused_and_consumes_nothing) {
    CallbackBench b;
    const std::string query = b.log_in();
    Request framed = navigation_request("/auth/callback?" + query, b.login_cookie, "cross-site");
    framed.headers.set("Sec-Fetch-Dest", "iframe");
    cr_expect(eq(int, +handle_callback(framed, b.world).status, 403));
    cr_expect(b.error_of(b.come_back(query)).empty());
}

Test(callback, session_userinfo_adds_claims_and_a_foreign_sub_rejects_the_login) {
    CallbackBench b;
    b.config.session.userinfo = true;
    b.config.session.claims = {"sub", "department"};
    b.op.knobs.change_userinfo = [](Json& claims) { claims.set("department", "tea"); };
    const std::string cookie = cookie_set_by(b.come_back(b.log_in()), kSessionCookieName);
    const auto session =
        find_live_session(fetch_request("GET", "/", cookie), b.store, b.keys, b.clock.now()).value().value();
    cr_expect(eq(str, session.claims().string_at("department").value(), text("tea")));

    CallbackBench wrong;
    wrong.config.session.userinfo = true;
    wrong.op.knobs.change_userinfo = [](Json& claims) { claims.set("sub", "mallory"); };
    cr_expect(eq(str, wrong.error_of(wrong.come_back(wrong.log_in())), text("identity_rejected")));
    cr_expect(wrong.sessions() == 0);
}

Test(callback, I27_an_old_authentication_is_rejected_where_max_age_was_asked) {
    CallbackBench b;
    b.op.knobs.change_claims = [&](Json& claims) {
        claims.set("auth_time", static_cast<std::int64_t>(b.clock.now().time_since_epoch().count() - 3600));
    };
    cr_expect(eq(str, b.error_of(b.come_back(b.log_in("/auth/login?max_age=60"))), text("identity_rejected")));
}

Test(callback, C39_G05_G08_the_log_says_who_logged_in_without_saying_it) {
    CallbackBench b;
    (void)b.come_back(b.log_in());
    const auto event = b.log.last("login.succeeded");
    cr_assert(event.has_value());
    cr_expect(event->text("issuer") == b.op.issuer());
    cr_expect(eq(sz, event->text("sub_hash").size(), 16));
    cr_expect(eq(sz, event->text("session_hash").size(), 16));
    cr_expect(b.log.text().find("alice") == std::string::npos);
}

Test(callback, C39_G05_G08_the_log_says_why_a_login_failed_and_names_nobody) {
    CallbackBench b;
    b.op.knobs.change_claims = [](Json& claims) { claims.set("nonce", "another"); };
    (void)b.come_back(b.log_in());
    const auto event = b.log.last("login.failed");
    cr_assert(event.has_value());
    cr_expect(eq(str, event->text("code"), text("identity_rejected")));
    cr_expect(event->text("reason").find("nonce") != std::string::npos, "%s", event->text("reason").c_str());
    cr_expect(not(b.log.has("login.succeeded")));
    cr_expect(b.log.text().find("alice") == std::string::npos);
}
