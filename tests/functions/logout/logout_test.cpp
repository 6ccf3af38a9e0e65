#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <algorithm>

#include "codec/form.h"
#include "functions/logout/handler.h"
#include "tests/support/test_world.h"

using namespace vestibule;

namespace {

struct LogoutBench : TestWorld {
    SessionCookie cookie = put_session();
    Response fetch(std::string_view method = "POST") {
        return handle_logout(fetch_request(method, "/auth/logout", cookie_pair(cookie)), world);
    }
    Response navigate(std::string_view site = "same-origin", std::string_view method = "GET") {
        return handle_logout(navigation_request("/auth/logout", cookie_pair(cookie), site, method), world);
    }
};

}  // namespace

Test(logout, O01_O03_O05_ends_the_session_and_hands_over_to_the_provider) {
    LogoutBench b;
    const Response response = b.fetch();
    cr_assert(eq(int, +response.status, 200));
    cr_expect(not(b.session_is_there(b.cookie)));
    cr_expect(header_of(response, "Set-Cookie").find("Max-Age=0") != std::string::npos);
    const std::string url = json_of(response).string_at("logoutUrl").value();
    cr_expect(url.starts_with(b.op.end_session_endpoint()));
    const Form query = Form::parse(url.substr(url.find('?') + 1)).value();
    cr_expect(eq(str, query.single("client_id").value().value(), text("spa")));
    cr_expect(eq(str, query.single("post_logout_redirect_uri").value().value(), text("https://app.example.com/")));
    cr_expect(not(query.single("id_token_hint").value().has_value()), "no token reaches the browser");
    cr_expect(b.leaks_nothing(response));
}

Test(logout, O03_the_id_token_hint_is_sent_where_the_operator_asked_for_it) {
    LogoutBench b;
    b.config.provider.id_token_hint = true;
    const std::string url = json_of(b.fetch()).string_at("logoutUrl").value();
    const Form query = Form::parse(url.substr(url.find('?') + 1)).value();
    const std::string hint = query.single("id_token_hint").value().value_or("");
    const auto issued = b.op.issued_secrets();
    cr_expect(std::find(issued.begin(), issued.end(), hint) != issued.end(), "one that the provider issued");
}

Test(logout, O11_revokes_the_refresh_and_the_access_token) {
    LogoutBench b;
    (void)b.fetch();
    cr_expect(eq(sz, b.op.revoked_tokens().size(), 2));
}

Test(logout, a_navigation_is_sent_to_the_provider) {
    LogoutBench b;
    const Response response = b.navigate();
    cr_expect(eq(int, +response.status, 303));
    cr_expect(header_of(response, "Location").starts_with(b.op.end_session_endpoint()));
    cr_expect(not(b.session_is_there(b.cookie)));
}

Test(logout, a_form_of_our_page_logs_out_by_post) {
    LogoutBench b;
    cr_expect(eq(int, b.navigate("same-origin", "POST").status, 303));
    cr_expect(not(b.session_is_there(b.cookie)));
}

Test(logout, O02_another_site_cannot_log_anybody_out) {
    LogoutBench b;
    for (const char* site : {"cross-site", "same-site"}) {
        cr_expect(eq(int, +b.navigate(site).status, 403), "%s", site);
        cr_expect(eq(int, b.navigate(site, "POST").status, 403), "%s", site);
    }
    Request image = fetch_request("GET", "/auth/logout", cookie_pair(b.cookie));
    image.headers.set("Sec-Fetch-Mode", "no-cors");
    image.headers.set("Sec-Fetch-Dest", "image");
    image.headers.set("Accept", "image/avif,*/*");
    cr_expect(handle_logout(image, b.world).status >= 400);
    cr_expect(b.session_is_there(b.cookie));
}

Test(logout, S40_get_by_fetch_is_405) {
    LogoutBench b;
    cr_expect(eq(int, +b.fetch("GET").status, 405));
    cr_expect(eq(int, +b.fetch("PUT").status, 405));
    cr_expect(b.session_is_there(b.cookie));
}

Test(logout, L27_a_prefetch_logs_nobody_out) {
    LogoutBench b;
    Request request = navigation_request("/auth/logout", cookie_pair(b.cookie));
    request.headers.set("Sec-Purpose", "prefetch;prerender");
    int calls = b.store.all_calls();
    cr_expect(eq(int, +handle_logout(request, b.world).status, 503));
    cr_expect(eq(int, b.store.all_calls(), calls));
    cr_expect(b.http.requests().empty(), "nobody is asked");
    cr_expect(b.session_is_there(b.cookie));
}

Test(logout, O13_is_the_same_without_a_session_and_the_second_time) {
    LogoutBench b;
    cr_expect(eq(int, +b.fetch().status, 200));
    const Response again = b.fetch();
    cr_expect(eq(int, +again.status, 200));
    cr_expect(json_of(again).string_at("logoutUrl").has_value());
    cr_expect(eq(sz, b.op.revoked_tokens().size(), 2));
}

Test(logout, O01_a_provider_that_is_down_does_not_keep_anybody_in) {
    LogoutBench b;
    b.op.go_down(ErrorCode::upstream_timeout);
    const Response response = b.fetch();
    cr_expect(eq(int, +response.status, 200));
    cr_expect(not(b.session_is_there(b.cookie)));
}

Test(logout, O11_slow_revocation_delays_nobody_by_more_than_two_seconds) {
    LogoutBench b;
    (void)b.provider.metadata();
    b.http.answer(b.op.revocation_endpoint(), ScriptedAnswer{.delay = Seconds{60}});
    const auto before = b.clock.elapsed();
    cr_expect(eq(int, +b.fetch().status, 200));
    cr_expect(b.clock.elapsed() - before <= Milliseconds{2'000});
}

Test(logout, O10_without_an_end_session_endpoint_the_url_is_null_and_a_navigation_lands_in_the_app) {
    LogoutBench b;
    Json metadata = Json::object();
    for (const auto& [name, value] : b.op.metadata.as_object()) {
        if (name != "end_session_endpoint") metadata.set(name, value);
    }
    b.op.metadata = metadata;
    cr_expect(json_of(b.fetch()).find("logoutUrl")->is_null());
    cr_expect(eq(str, header_of(b.navigate(), "Location"), text("https://app.example.com/")));
}

Test(logout, a_store_that_is_down_is_503_and_ends_nothing) {
    LogoutBench b;
    b.store.fail_all();
    const Response response = b.fetch();
    cr_expect(eq(int, +response.status, 503));
    cr_expect(header_of(response, "Set-Cookie").empty());
    cr_expect(eq(sz, b.op.revoked_tokens().size(), 0));
}

Test(logout, an_ambiguous_cookie_still_logs_out) {
    LogoutBench b;
    const std::string both = cookie_pair(b.cookie) + "; __Host-Http-session=" + std::string(64, 'A');
    cr_expect(eq(int, +handle_logout(fetch_request("POST", "/auth/logout", both), b.world).status, 200));
    cr_expect(not(b.session_is_there(b.cookie)));
}

Test(logout, a_session_whose_key_is_missing_ends_all_the_same) {
    LogoutBench b;
    const KeyRing other = test_keys("k9:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI");
    ProviderWorld without{
        {b.config, b.clock, b.random, b.log, other, b.store}, b.http, b.provider, b.in_flight, b.client, b.dpop_nonces};
    cr_expect(
        eq(int, +handle_logout(fetch_request("POST", "/auth/logout", cookie_pair(b.cookie)), without).status, 200));
    cr_expect(not(b.session_is_there(b.cookie)));
}

Test(logout, G05_is_logged_without_a_name) {
    LogoutBench b;
    (void)b.fetch();
    cr_assert(b.log.last("session.ended").has_value());
    cr_expect(eq(str, b.log.last("session.ended")->text("reason"), text("logout")));
    cr_expect(b.log.text().find("alice") == std::string::npos);
}

namespace {

Form query_of(const std::string& url) { return Form::parse(url.substr(url.find('?') + 1)).value(); }

// Logs out by navigation with a returnTo, goes to the provider and comes back with what it was given.
std::string state_of(LogoutBench& b, const std::string& target) {
    const Response response = handle_logout(navigation_request(target, cookie_pair(b.cookie)), b.world);
    return query_of(header_of(response, "Location")).single("state").value().value_or("");
}

Response come_back(LogoutBench& b, const std::string& query) {
    return handle_logout(navigation_request("/auth/logout" + query, "", "cross-site"), b.world);
}

}  // namespace

Test(logout, O07_O15_the_state_leads_on_to_the_return_path) {
    LogoutBench b;
    b.config.provider.post_logout = PostLogout::logout;
    const Response response =
        handle_logout(navigation_request("/auth/logout?returnTo=/bye%3Fa=1", cookie_pair(b.cookie)), b.world);
    const Form query = query_of(header_of(response, "Location"));
    cr_expect(
        eq(str, query.single("post_logout_redirect_uri").value().value(), text("https://app.example.com/auth/logout")));
    const std::string state = query.single("state").value().value();
    cr_expect(state != state_of(b, "/auth/logout?returnTo=/bye%3Fa=1"), "another one each time");
    for (int i = 0; i < 2; ++i) {  // O08: open twice
        const Response back = come_back(b, "?state=" + state);
        cr_expect(eq(int, +back.status, 303));
        cr_expect(eq(str, header_of(back, "Location"), text("https://app.example.com/bye?a=1")));
        cr_expect(header_of(back, "Set-Cookie").empty());
    }
}

Test(logout, O07_O08_a_missing_or_other_state_leads_to_the_app_and_ends_nothing) {
    LogoutBench b;
    b.config.provider.post_logout = PostLogout::logout;
    const std::string state = state_of(b, "/auth/logout?returnTo=/bye");
    b.clock.advance(std::chrono::hours{1});
    b.cookie = b.put_session();
    for (const std::string& query : {std::string(), std::string("?state="), std::string("?state=x"), "?state=" + state,
                                     "?state=" + state + "&state=" + state, std::string("?state=%zz")}) {
        const Response back =
            handle_logout(navigation_request("/auth/logout" + query, cookie_pair(b.cookie), "cross-site"), b.world);
        cr_expect(eq(int, +back.status, 303), "%s", query.c_str());
        cr_expect(eq(str, header_of(back, "Location"), text("https://app.example.com/")), "%s", query.c_str());
    }
    cr_expect(b.session_is_there(b.cookie));
}

Test(logout, O15_a_return_path_elsewhere_is_400_and_ends_nothing) {
    LogoutBench b;
    for (const char* bad : {"https://evil.example/", "//evil.example", "/%5Cevil.example", "x", "/a&returnTo=/b"}) {
        const auto request = fetch_request("POST", std::string("/auth/logout?returnTo=") + bad, cookie_pair(b.cookie));
        const Response response = handle_logout(request, b.world);
        cr_expect(eq(int, +response.status, 400), "%s", bad);
        cr_expect(eq(str, code_of(response), text("bad_return_to")), "%s", bad);
    }
    cr_expect(b.session_is_there(b.cookie));
}

Test(logout, O15_without_the_provider_the_return_path_is_used_at_once) {
    LogoutBench b;
    b.op.go_down();
    const Response response =
        handle_logout(navigation_request("/auth/logout?returnTo=/bye", cookie_pair(b.cookie)), b.world);
    cr_expect(eq(str, header_of(response, "Location"), text("https://app.example.com/bye")));
}

Test(logout, O16_everywhere_ends_all_sessions_of_the_user_and_nobody_elses) {
    LogoutBench b;
    const SessionCookie other = b.put_session();
    SessionToPut bobs;
    bobs.claims = Json::object({{"sub", "bob"}});
    const SessionCookie bob = b.put_session(bobs);
    const auto request = fetch_request("POST", "/auth/logout?everywhere=true", cookie_pair(b.cookie));
    cr_expect(eq(int, +handle_logout(request, b.world).status, 200));
    cr_expect(not(b.session_is_there(b.cookie) || b.session_is_there(other)));
    cr_expect(b.session_is_there(bob));
}

Test(logout, O16_everywhere_is_not_for_a_link_nor_for_who_has_no_session) {
    LogoutBench b;
    const SessionCookie other = b.put_session();
    const auto link = navigation_request("/auth/logout?everywhere=true", cookie_pair(b.cookie));
    cr_expect(eq(int, +handle_logout(link, b.world).status, 400));
    const auto odd = fetch_request("POST", "/auth/logout?everywhere=1", cookie_pair(b.cookie));
    cr_expect(eq(int, +handle_logout(odd, b.world).status, 400));
    const Response nobody = handle_logout(fetch_request("POST", "/auth/logout?everywhere=true"), b.world);
    cr_expect(eq(int, +nobody.status, 401), "who hears 200 believes that the other devices are logged out");
    cr_expect(eq(str, code_of(nobody), text("no_session")));
    cr_expect(b.session_is_there(b.cookie) && b.session_is_there(other));
}

Test(logout, O16_everywhere_said_once_more_ends_nothing_more_and_says_so) {
    LogoutBench b;
    const auto request = fetch_request("POST", "/auth/logout?everywhere=true", cookie_pair(b.cookie));
    cr_expect(eq(int, +handle_logout(request, b.world).status, 200));
    b.clock.advance(Seconds{1});  // this login began after the first
    const SessionCookie later = b.put_session();
    cr_expect(eq(int, +handle_logout(request, b.world).status, 401));
    cr_expect(b.session_is_there(later));
}

// Who is told 503 asks once more, and that still has to be possible.
Test(logout, O16_everywhere_that_failed_can_be_asked_for_again) {
    for (const StoreOperation operation : {StoreOperation::find, StoreOperation::end_sub, StoreOperation::erase}) {
        LogoutBench b;
        const SessionCookie other = b.put_session();
        b.store.fail_next(operation);
        const auto request = fetch_request("POST", "/auth/logout?everywhere=true", cookie_pair(b.cookie));
        cr_expect(eq(int, +handle_logout(request, b.world).status, 503));
        cr_expect(b.session_is_there(b.cookie));
        cr_expect(eq(int, +handle_logout(request, b.world).status, 200));
        cr_expect(not(b.session_is_there(b.cookie) || b.session_is_there(other)));
        cr_expect(eq(sz, b.op.revoked_tokens().size(), 2), "those of the session that was shown");
    }
}

Test(logout, O11_all_that_the_shown_sessions_held_is_revoked) {
    LogoutBench b;
    b.config.provider.id_token_hint = true;
    const std::string both = cookie_pair(b.cookie) + "; " + cookie_pair(b.put_session());
    const Response response = handle_logout(fetch_request("POST", "/auth/logout", both), b.world);
    cr_expect(eq(u64, b.sessions(), 0));
    cr_expect(eq(sz, b.op.revoked_tokens().size(), 4));
    const Form query = query_of(json_of(response).string_at("logoutUrl").value());
    cr_expect(not(query.single("id_token_hint").value().has_value()), "S09: nobody knows which one is meant");
}

Test(logout, O11_O16_what_ended_is_revoked_also_where_nobody_knows_whose_the_others_are) {
    LogoutBench b;
    const std::string both = cookie_pair(b.cookie) + "; " + cookie_pair(b.put_session());
    const auto request = fetch_request("POST", "/auth/logout?everywhere=true", both);
    cr_expect(eq(int, +handle_logout(request, b.world).status, 401));
    cr_expect(eq(u64, b.sessions(), 0));
    cr_expect(eq(sz, b.op.revoked_tokens().size(), 4));
}

Test(logout, R15_what_ended_is_revoked_also_where_another_session_could_not_be_ended) {
    LogoutBench b;
    const SessionCookie other = b.put_session();
    const auto revocations = b.http.count(b.op.revocation_endpoint());
    b.store.after(StoreOperation::erase, [&] { b.store.fail_always(StoreOperation::erase); });
    const auto request = fetch_request("POST", "/auth/logout", cookie_pair(b.cookie) + "; " + cookie_pair(other));
    cr_expect(eq(int, +handle_logout(request, b.world).status, 503));
    cr_expect(not(b.session_is_there(b.cookie)));
    cr_expect(b.session_is_there(other));
    cr_expect(b.http.count(b.op.revocation_endpoint()) > revocations);
}

Test(logout, O17_S30_clear_site_data_is_sent_where_the_operator_asked_for_it) {
    LogoutBench b;
    cr_expect(header_of(b.fetch(), "Clear-Site-Data").empty());
    b.config.session.clear_site_data = {"cache", "storage"};
    cr_expect(eq(str, header_of(b.fetch(), "Clear-Site-Data"), text("\"cache\", \"storage\"")));
    cr_expect(eq(str, header_of(b.navigate(), "Cache-Control"), text("no-store")));
}

Test(logout, O09_a_query_of_the_end_session_endpoint_is_kept) {
    LogoutBench b;
    b.op.metadata.set("end_session_endpoint", b.op.end_session_endpoint() + "?tenant=7");
    const std::string url = json_of(b.fetch()).string_at("logoutUrl").value();
    cr_expect(url.starts_with(b.op.end_session_endpoint() + "?tenant=7&"), "%s", url.c_str());
}
