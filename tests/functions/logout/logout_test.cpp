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
    cr_expect(eq(int, +handle_logout(request, b.world).status, 503));
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
        {b.config, b.clock, b.random, b.log, other, b.store}, b.http, b.provider, b.in_flight, b.client};
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
