// prompt=none: by a navigation, and in a hidden frame or a window of our own page (answer=message).
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/functions/callback/callback_bench.h"

using namespace vestibule;

namespace {

const std::string kSilent = "/auth/login?prompt=none&answer=message";

struct SilentBench : CallbackBench {
    // Our page's frame begins a silent login: where it is sent.
    std::string begin_in_frame(const std::string& session = {}) {
        const Response response = handle_login(framed(navigation_request(kSilent, session)), world);
        login_cookie = cookie_set_by(response, kLoginCookieName);
        return header_of(response, "Location");
    }
    Response come_back_in_frame(const std::string& query) {
        return handle_callback(framed(navigation_request("/auth/callback?" + query, login_cookie, "cross-site")),
                               world);
    }
};

bool says(const Response& response, const std::string& logged_in, const std::string& error) {
    const std::string message =
        "data-answer=\"{&quot;source&quot;:&quot;vestibule&quot;,&quot;loggedIn&quot;:" + logged_in +
        ",&quot;error&quot;:" + error + "}\"";
    return response.status == 200 && body_text_of(response).find(message) != std::string::npos;
}

std::string parameter(const std::string& url, const char* name) {
    return Form::parse(url.substr(url.find('?') + 1)).value().single(name).value().value_or("");
}

}  // namespace

Test(silent_login, C12_a_navigation_ends_in_a_redirect_with_login_required) {
    CallbackBench b;
    const std::string url = b.begin("/auth/login?prompt=none");
    cr_expect(eq(str, parameter(url, "prompt"), text("none")));
    const Response response = b.come_back(b.op.refuse(url, "login_required"));
    cr_expect(eq(int, +response.status, 303));
    cr_expect(eq(str, header_of(response, "Location"), text("https://app.example.com/?auth_error=login_required")));
}

Test(silent_login, L26_only_our_own_page_may_frame_it_and_only_silently) {
    SilentBench b;
    cr_expect(eq(int, +handle_login(framed(navigation_request(kSilent)), b.world).status, 303));
    for (const char* target : {"/auth/login", "/auth/login?prompt=none", "/auth/login?answer=message",
                               "/auth/login?prompt=login&answer=message"}) {
        cr_expect(handle_login(framed(navigation_request(target)), b.world).status == 403, "%s", target);
    }
    for (const char* site : {"cross-site", "same-site", "none"}) {
        const Response response = handle_login(framed(navigation_request(kSilent, {}, site)), b.world);
        cr_expect(response.status == 403, "%s", site);
    }
    for (const char* destination : {"frame", "image", "embed", "object", "script"}) {
        Request request = navigation_request(kSilent);
        request.headers.set("Sec-Fetch-Dest", destination);
        cr_expect(handle_login(request, b.world).status == 403, "%s", destination);
    }
}

Test(silent_login, an_answer_of_another_name_is_400) {
    SilentBench b;
    for (const char* query : {"answer=redirect", "answer=Message", "answer=message&answer=message"}) {
        const Response response =
            handle_login(fetch_request("GET", std::string("/auth/login?prompt=none&") + query), b.world);
        cr_expect(response.status == 400, "%s", query);
    }
}

Test(silent_login, C16_a_frame_hears_that_it_succeeded_and_gets_the_session) {
    SilentBench b;
    const Response response = b.come_back_in_frame(b.op.log_in(b.begin_in_frame()));
    cr_expect(says(response, "true", "null"), "%s", text_of(response).c_str());
    cr_expect(not(cookie_set_by(response, kSessionCookieName).empty()));
    cr_expect(b.sessions() == 1);
    cr_expect(b.leaks_nothing(response));
}

Test(silent_login, C12_a_frame_hears_why_it_did_not) {
    for (const char* error : {"login_required", "interaction_required", "access_denied"}) {
        SilentBench b;
        const Response response = b.come_back_in_frame(b.op.refuse(b.begin_in_frame(), error));
        cr_expect(says(response, "false", "&quot;" + std::string(error) + "&quot;"), "%s", error);
        cr_expect(b.sessions() == 0);
        cr_expect(cookie_set_by(response, kSessionCookieName).empty());
    }
}

Test(silent_login, the_page_goes_to_our_origin_only_and_holds_nothing_of_the_provider) {
    SilentBench b;
    const std::string query = b.op.log_in(b.begin_in_frame());
    const Response response = b.come_back_in_frame(query);
    const std::string page = text_of(response);
    const std::string policy = header_of(response, "Content-Security-Policy");
    cr_expect(page.find("data-origin=\"https://app.example.com\"") != std::string::npos);
    cr_expect(policy.find("frame-ancestors 'self'") != std::string::npos);
    cr_expect(policy.find("script-src 'sha256-") != std::string::npos);
    cr_expect(policy.find("unsafe") == std::string::npos);
    cr_expect(eq(str, header_of(response, "Cache-Control"), text("no-store")));
    cr_expect(page.find(parameter("?" + query, "state")) == std::string::npos);
    cr_expect(page.find(parameter("?" + query, "code")) == std::string::npos);
}

Test(silent_login, C16_a_login_that_did_not_ask_for_a_message_is_not_answered_in_a_frame) {
    SilentBench b;
    const std::string query = b.log_in();
    cr_expect(eq(int, +b.come_back_in_frame(query).status, 403));
    cr_expect(eq(int, +b.come_back_in_frame("code=x&state=nonsense").status, 403));
    cr_expect(eq(int, b.token_requests(), 0));
    cr_expect(b.error_of(b.come_back(query)).empty(), "and nothing was consumed");
}

Test(silent_login, a_window_of_our_page_hears_of_an_ordinary_login_too) {
    CallbackBench b;
    const Response response = b.come_back(b.log_in("/auth/login?answer=message"));
    cr_expect(says(response, "true", "null"));
    cr_expect(eq(str, header_of(response, "Cross-Origin-Opener-Policy"), text("unsafe-none")));
}

Test(silent_login, C34_a_second_look_at_a_used_answer_is_no_second_success) {
    SilentBench b;
    const std::string query = b.op.log_in(b.begin_in_frame());
    (void)b.come_back_in_frame(query);
    const Response again = b.come_back_in_frame(query);
    cr_expect(says(again, "false", "&quot;flow_invalid&quot;"));
    cr_expect(b.sessions() == 1);
    cr_expect(eq(int, b.token_requests(), 1));
}

Test(silent_login, a_provider_that_is_down_is_told_by_message) {
    SilentBench b;
    b.op.go_down();
    const Response response = handle_login(framed(navigation_request(kSilent)), b.world);
    cr_expect(says(response, "false", "&quot;provider_unavailable&quot;"));
}

Test(silent_login, L43_names_the_session_only_where_configured_and_there_is_one) {
    SilentBench b;
    const SessionCookie session = b.put_session();
    const std::string cookies = cookie_pair(session);
    cr_expect(parameter(b.begin_in_frame(cookies), "id_token_hint").empty(), "not unless configured");
    b.config.provider.id_token_hint = true;
    const std::string hint = parameter(b.begin_in_frame(cookies), "id_token_hint");
    const auto issued = b.op.issued_secrets();
    cr_expect(std::find(issued.begin(), issued.end(), hint) != issued.end());
    cr_expect(parameter(b.begin_in_frame(), "id_token_hint").empty(), "nobody is there");
    cr_expect(parameter(b.begin("/auth/login", cookies), "id_token_hint").empty(), "not silent");
    b.store.fail_always(StoreOperation::find);
    cr_expect(parameter(b.begin_in_frame(cookies), "id_token_hint").empty(), "a hint is not worth a failure");
}

// Whose session it is never changes behind a page's back: the frame is told, and the page may log in anew.
Test(silent_login, F08_R17_another_persons_session_at_the_provider_replaces_nobodys_here) {
    SilentBench b;
    const std::string session = cookie_set_by(b.come_back(b.log_in()), kSessionCookieName);
    const std::string url = b.begin_in_frame(b.login_cookie + "; " + session);
    b.op.knobs.subject = "mallory";
    const Response response = b.come_back_in_frame(b.op.log_in(url));
    cr_expect(says(response, "false", "&quot;login_required&quot;"), "%s", text_of(response).c_str());
    cr_expect(cookie_set_by(response, kSessionCookieName).empty());
    cr_expect(b.sessions() == 1);
    cr_expect(b.opens(session), "it stays");
    cr_expect(eq(sz, b.op.revoked_tokens().size(), 2), "of another grant: both tokens");
    cr_expect(b.leaks_nothing(response));
}

Test(silent_login, F08_the_same_person_is_renewed_silently) {
    SilentBench b;
    const std::string session = cookie_set_by(b.come_back(b.log_in()), kSessionCookieName);
    const Response response = b.come_back_in_frame(b.op.log_in(b.begin_in_frame(b.login_cookie + "; " + session)));
    cr_expect(says(response, "true", "null"), "%s", text_of(response).c_str());
    cr_expect(b.sessions() == 1);
    cr_expect(not(b.opens(session)));
}

Test(silent_login, F08_another_person_may_follow_where_nobody_is_logged_in_any_more) {
    SilentBench b;
    const SessionCookie over = b.put_session();
    const std::string url = b.begin_in_frame(cookie_pair(over));
    (void)b.store.erase(over.key(), b.clock.now()).value();
    b.op.knobs.subject = "mallory";
    cr_expect(says(b.come_back_in_frame(b.op.log_in(url)), "true", "null"));
}

Test(silent_login, F08_a_person_who_logs_in_visibly_may_be_another) {
    CallbackBench b;
    const std::string session = cookie_set_by(b.come_back(b.log_in()), kSessionCookieName);
    b.op.knobs.subject = "mallory";
    const Response response = b.come_back(b.log_in("/auth/login", session));
    cr_expect(not(cookie_set_by(response, kSessionCookieName).empty()));
    cr_expect(b.sessions() == 1);
}

Test(silent_login, F08_a_store_that_cannot_say_whose_session_it_is_logs_nobody_in) {
    SilentBench b;
    const SessionCookie session = b.put_session();
    const std::string query = b.op.log_in(b.begin_in_frame(cookie_pair(session)));
    b.store.fail_always(StoreOperation::find);
    cr_expect(says(b.come_back_in_frame(query), "false", "&quot;unavailable&quot;"));
    b.store.heal();
    cr_expect(b.session_is_there(session));
    cr_expect(b.sessions() == 1);
}

Test(silent_login, L43_a_script_never_gets_to_read_the_hint) {
    SilentBench b;
    b.config.provider.id_token_hint = true;
    const std::string cookies = cookie_pair(b.put_session());
    const Request asked = fetch_request("GET", "/auth/login?prompt=none", cookies);
    const Response response = handle_login(asked, b.world);
    cr_expect(eq(int, +response.status, 200));
    const std::string url = json_of(response).string_at("authorizationUrl").value_or("");
    cr_expect(eq(str, parameter(url, "prompt"), text("none")));
    cr_expect(parameter(url, "id_token_hint").empty());
    cr_expect(b.leaks_nothing(response));
    b.config.provider.pushed_requests = PushedRequests::always;
    cr_expect(b.leaks_nothing(handle_login(asked, b.world)));
    cr_expect(b.http.last_to(b.op.push_endpoint()).form().has("id_token_hint"), "it goes past the browser");
}
