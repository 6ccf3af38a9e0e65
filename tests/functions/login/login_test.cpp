#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "codec/form.h"
#include "functions/login/handler.h"
#include "oauth/pkce.h"
#include "session/login_flow.h"
#include "tests/support/test_world.h"

using namespace vestibule;

namespace {

struct LoginBench : TestWorld {
    Response navigate(std::string_view target, const std::string& cookies = {}, std::string_view site = "same-origin") {
        return handle_login(navigation_request(target, cookies, site), world);
    }
    Response fetch(std::string_view target, const std::string& cookies = {}) {
        return handle_login(fetch_request("GET", target, cookies), world);
    }
};

Form query_of(std::string_view url) { return Form::parse(url.substr(url.find('?') + 1)).value(); }

std::string parameter(const Response& response, std::string_view name) {
    return query_of(header_of(response, "Location")).single(name).value().value_or("");
}

}  // namespace

Test(login, L40_a_navigation_is_sent_to_the_provider_with_303) {
    LoginBench b;
    const Response response = b.navigate("/auth/login");
    cr_assert(eq(int, +response.status, 303));
    cr_expect(header_of(response, "Location").starts_with(b.op.authorization_endpoint() + "?"));
    cr_expect(header_of(response, "Cache-Control").find("no-store") != std::string::npos);
}

Test(login, L02_L04_L12_sends_the_code_flow_with_s256_state_and_nonce) {
    LoginBench b;
    const Response response = b.navigate("/auth/login");
    cr_expect(eq(str, parameter(response, "response_type"), text("code")));
    cr_expect(eq(str, parameter(response, "client_id"), text("spa")));
    cr_expect(eq(str, parameter(response, "redirect_uri"), text("https://app.example.com/auth/callback")));
    cr_expect(eq(str, parameter(response, "code_challenge_method"), text("S256")));
    cr_expect(eq(sz, parameter(response, "code_challenge").size(), 43));
    cr_expect(le(sz, parameter(response, "nonce").size(), 64));
    cr_expect(gt(sz, parameter(response, "state").size(), 60));
    cr_expect(eq(str, parameter(response, "scope"), text(b.config.provider.scope)));
    cr_expect(eq(str, parameter(response, "response_mode"), text("")));
}

Test(login, L31_writes_nothing_to_the_store_once_the_provider_is_known) {
    LoginBench b;
    (void)b.navigate("/auth/login");
    const int writes_before = b.store.calls(StoreOperation::cache) + b.store.calls(StoreOperation::consume_once);
    for (int i = 0; i < 1000; ++i) (void)b.navigate("/auth/login");
    cr_expect(
        eq(int, b.store.calls(StoreOperation::cache) + b.store.calls(StoreOperation::consume_once), +writes_before));
    cr_expect(eq(int, b.store.calls(StoreOperation::insert), 0));
    cr_expect(eq(int, b.store.calls(StoreOperation::find), 0));
}

Test(login, L30_a_second_tab_keeps_the_browsers_login_cookie) {
    LoginBench b;
    const std::string first = cookie_set_by(b.navigate("/auth/login"), kLoginCookieName);
    cr_assert(not(first.empty()));
    const Response second = b.navigate("/auth/login", first);
    cr_expect(eq(str, cookie_set_by(second, kLoginCookieName), text(first)));
}

Test(login, L07_two_logins_share_no_value) {
    LoginBench b;
    const Response one = b.navigate("/auth/login");
    const Response two = b.navigate("/auth/login");
    for (const char* name : {"state", "nonce", "code_challenge"}) {
        cr_expect(parameter(one, name) != parameter(two, name), "%s", name);
    }
}

Test(login, fetch_gets_the_url_as_json_and_never_a_redirect) {
    LoginBench b;
    const Response response = b.fetch("/auth/login");
    cr_assert(eq(int, +response.status, 200));
    cr_expect(json_of(response).string_at("authorizationUrl")->starts_with(b.op.authorization_endpoint()));
    cr_expect(not(cookie_set_by(response, kLoginCookieName).empty()));
}

Test(login, L23_a_return_path_that_is_not_local_is_400) {
    LoginBench b;
    for (const char* bad : {"//evil.example", "https://evil.example", "/%5Cevil.example", "%2F%2Fevil.example", "inbox",
                            "/%09/evil.example", "javascript:alert(1)"}) {
        const Response response = b.fetch(std::string("/auth/login?returnTo=") + bad);
        cr_expect(eq(int, +response.status, 400), "%s", bad);
        cr_expect(code_of(response) == "bad_return_to", "%s", bad);
    }
    cr_expect(eq(int, +b.fetch("/auth/login?returnTo=%2Finbox%3Fa%3D1%23top").status, 200));
}

Test(login, a_parameter_given_twice_or_out_of_its_range_is_400) {
    LoginBench b;
    for (const char* bad :
         {"returnTo=/a&returnTo=/b", "prompt=login&prompt=none", "prompt=evil", "max_age=-1", "max_age=abc",
          "max_age=99999999999999999999", "login_hint=%00", "ui_locales=%0d%0a", "acr_values=%C3%A9", "a=%zz"}) {
        cr_expect(eq(int, +b.fetch(std::string("/auth/login?") + bad).status, 400), "%s", bad);
    }
}

Test(login, L20_max_age_can_only_tighten_the_configured_one) {
    LoginBench b;
    b.config.provider.max_age = Seconds{600};
    cr_expect(eq(str, parameter(b.navigate("/auth/login?max_age=999999"), "max_age"), text("600")));
    cr_expect(eq(str, parameter(b.navigate("/auth/login?max_age=60"), "max_age"), text("60")));
    cr_expect(eq(str, parameter(b.navigate("/auth/login"), "max_age"), text("600")));
}

Test(login, L20_acr_values_outside_the_configured_ones_are_refused) {
    LoginBench b;
    b.config.provider.acr_values = {"silver", "gold"};
    cr_expect(eq(str, parameter(b.navigate("/auth/login"), "acr_values"), text("silver gold")));
    cr_expect(eq(str, parameter(b.navigate("/auth/login?acr_values=gold"), "acr_values"), text("gold")));
    for (const char* none : {"bronze", "%20", "+", "+%20+", "gold+bronze"}) {
        cr_expect(eq(int, +b.fetch(std::string("/auth/login?acr_values=") + none).status, 400), "%s", none);
    }
}

Test(login, L25_cross_site_initiation_is_refused) {
    LoginBench b;
    for (const char* site : {"cross-site", "same-site"}) {
        cr_expect(eq(int, b.navigate("/auth/login", {}, site).status, 403), "%s", site);
    }
    cr_expect(eq(int, b.navigate("/auth/login", {}, "none").status, 303));
}

Test(login, L26_a_framed_or_embedded_request_is_refused) {
    LoginBench b;
    for (const char* destination : {"iframe", "image", "script", "embed", "object", "frame"}) {
        Request request = navigation_request("/auth/login");
        request.headers.set("Sec-Fetch-Dest", destination);
        cr_expect(eq(int, +handle_login(request, b.world).status, 403), "%s", destination);
    }
}

Test(login, L27_a_prefetch_starts_nothing) {
    LoginBench b;
    for (const char* purpose : {"prefetch", "prefetch;prerender"}) {
        Request request = navigation_request("/auth/login");
        request.headers.set("Sec-Purpose", purpose);
        const Response response = handle_login(request, b.world);
        cr_expect(eq(int, +response.status, 503));
        cr_expect(cookie_set_by(response, kLoginCookieName).empty());
        cr_expect(b.http.requests().empty(), "nobody is asked");
        cr_expect(eq(int, b.store.all_calls(), 0));
    }
}

Test(login, H19_other_methods_are_405_with_allow) {
    LoginBench b;
    for (const char* method : {"POST", "HEAD", "PUT", "DELETE", "OPTIONS"}) {
        const Response response = handle_login(fetch_request(method, "/auth/login"), b.world);
        cr_expect(eq(int, +response.status, 405), "%s", method);
        cr_expect(header_of(response, "Allow") == "GET", "%s", method);
    }
}

Test(login, a_provider_that_is_down_is_503_with_retry_after_and_a_page_for_a_person) {
    LoginBench b;
    b.op.go_down();
    const Response program = b.fetch("/auth/login");
    cr_expect(eq(int, +program.status, 503));
    cr_expect(eq(str, code_of(program), text("provider_unavailable")));
    cr_expect(not(header_of(program, "Retry-After").empty()));
    const Response person = b.navigate("/auth/login");
    cr_expect(eq(int, +person.status, 503));
    cr_expect(header_of(person, "Content-Type").starts_with("text/html"));
}

Test(login, L16_a_forged_host_changes_nothing) {
    LoginBench b;
    Request request = navigation_request("/auth/login");
    request.headers.set("Host", "evil.example");
    request.headers.set("X-Forwarded-Host", "evil.example");
    request.headers.set("X-Forwarded-Proto", "http");
    const Response response = handle_login(request, b.world);
    cr_expect(eq(str, parameter(response, "redirect_uri"), text("https://app.example.com/auth/callback")));
}

Test(login, L29_H23_every_answer_forbids_framing) {
    LoginBench b;
    for (const Response& response : {b.navigate("/auth/login"), b.fetch("/auth/login?returnTo=x"),
                                     b.navigate("/auth/login", {}, "cross-site"), b.fetch("/auth/login")}) {
        cr_expect(header_of(response, "Content-Security-Policy").find("frame-ancestors 'none'") != std::string::npos);
        cr_expect(eq(str, header_of(response, "X-Content-Type-Options"), text("nosniff")));
    }
}
