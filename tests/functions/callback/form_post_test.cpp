// responseMode "form_post" (OAuth 2.0 Form Post Response Mode), through login and callback.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/functions/callback/callback_bench.h"

using namespace vestibule;

namespace {

struct FormPostBench : CallbackBench {
    FormPostBench() { config.provider.response_mode = ResponseMode::form_post; }
};

bool logs_in(const Response& response) { return !cookie_set_by(response, kSessionCookieName).empty(); }

}  // namespace

Test(form_post, L18_the_provider_is_asked_to_post_its_answer) {
    FormPostBench b;
    cr_expect(b.begin().find("&response_mode=form_post&") != std::string::npos);
}

Test(form_post, L32_L33_the_login_cookie_is_sent_with_a_post_from_another_site) {
    FormPostBench b;
    const Response login = handle_login(navigation_request("/auth/login"), b.world);
    const std::string cookie = header_of(login, "Set-Cookie");
    cr_expect(cookie.starts_with(std::string(kLoginCookieName) + "="));
    cr_expect(cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=None"), "%s", cookie.c_str());
    CallbackBench by_query;
    const Response lax = handle_login(navigation_request("/auth/login"), by_query.world);
    cr_expect(header_of(lax, "Set-Cookie").ends_with("; SameSite=Lax"));
}

Test(form_post, C15_a_posted_answer_logs_in_by_its_cookie_whatever_its_origin) {
    FormPostBench b;
    const Response response = b.post_back(b.log_in());
    cr_assert(eq(int, +response.status, 303));
    cr_expect(eq(str, header_of(response, "Location"), text("https://app.example.com/inbox")));
    cr_expect(logs_in(response));
    cr_expect(header_of(response, "Set-Cookie").find("SameSite=Strict") != std::string::npos);
    cr_expect(b.leaks_nothing(response));
}

Test(form_post, C15_a_posted_answer_without_the_login_cookie_is_refused) {
    FormPostBench b;
    const std::string form = b.log_in();
    b.login_cookie.clear();
    cr_expect(eq(str, b.error_of(b.post_back(form)), text("flow_invalid")));
    cr_expect(eq(int, b.token_requests(), 0));
}

Test(form_post, C13_a_code_by_get_is_405_and_consumes_nothing) {
    FormPostBench b;
    const std::string answer = b.log_in();
    for (const char* method : {"GET", "HEAD", "PUT"}) {
        const Response response = handle_callback(
            navigation_request("/auth/callback?" + answer, b.login_cookie, "cross-site", method), b.world);
        cr_expect(eq(int, +response.status, 405), "%s", method);
        cr_expect(eq(str, header_of(response, "Allow"), text("POST")), "%s", method);
    }
    cr_expect(b.come_back(answer + "&error=access_denied").status == 405, "nor with an error beside it");
    cr_expect(eq(int, b.token_requests(), 0));
    cr_expect(logs_in(b.post_back(answer)), "the right way still works");
}

Test(form_post, G05_C13_the_log_says_why_an_answer_was_405_and_nothing_of_it) {
    FormPostBench b;
    const std::string answer = b.log_in();
    cr_assert(eq(int, +b.come_back(answer).status, 405));
    cr_assert(b.log.last("login.refused").has_value());
    cr_expect(eq(str, b.log.last("login.refused")->text("reason"),
                 text("the answer did not come by POST: provider.responseMode is form_post")));
    cr_expect(b.log.text().find(answer) == std::string::npos);
    CallbackBench by_query;
    cr_assert(eq(int, +by_query.post_back(by_query.log_in()).status, 405));
    cr_expect(eq(str, by_query.log.last("login.refused")->text("reason"),
                 text("the answer did not come by GET: provider.responseMode is query")));
}

Test(form_post, C13_a_post_is_405_where_the_answer_comes_by_the_query) {
    CallbackBench b;
    const std::string answer = b.log_in();
    const Response response = b.post_back(answer);
    cr_expect(eq(int, +response.status, 405));
    cr_expect(eq(str, header_of(response, "Allow"), text("GET")));
    cr_expect(logs_in(b.come_back(answer)));
}

Test(form_post, an_error_that_comes_by_get_is_told_all_the_same) {
    FormPostBench b;
    const Response response = b.come_back(b.op.refuse(b.begin(), "access_denied"));
    cr_expect(eq(str, b.error_of(response), text("access_denied")));
    cr_expect(eq(str, b.error_of(b.post_back(b.op.refuse(b.begin(), "access_denied"))), text("access_denied")));
}

Test(form_post, C14_parameters_are_read_from_the_body_only) {
    FormPostBench b;
    const std::string answer = b.log_in();
    cr_expect(eq(str, b.error_of(b.post_back("", "/auth/callback?" + answer)), text("flow_invalid")));
    cr_expect(eq(int, b.token_requests(), 0));
    cr_expect(logs_in(b.post_back(answer, "/auth/callback?code=other&state=other")));
}

Test(form_post, C14_another_content_type_or_too_large_a_body_is_refused) {
    FormPostBench b;
    const std::string answer = b.log_in();
    for (const char* type : {"application/json", "text/plain", "multipart/form-data; boundary=x", "",
                             "application/x-www-form-urlencodedX"}) {
        Request request = b.posted(answer);
        request.headers.set("Content-Type", type);
        cr_expect(b.error_of(handle_callback(request, b.world)) == "flow_invalid", "%s", type);
    }
    cr_expect(
        eq(str, b.error_of(b.post_back(answer + "&padding=" + std::string(16 * 1024, 'x'))), text("flow_invalid")));
    Request cut_short = b.posted(answer);
    cut_short.content_length = answer.size() + 1;
    cr_expect(eq(str, b.error_of(handle_callback(cut_short, b.world)), text("flow_invalid")));
    cr_expect(eq(int, b.token_requests(), 0));
    Request with_charset = b.posted(answer);
    with_charset.headers.set("Content-Type", "Application/X-WWW-Form-Urlencoded;charset=utf-8");
    cr_expect(logs_in(handle_callback(with_charset, b.world)));
}

Test(form_post, C07_a_parameter_twice_in_the_body_is_refused) {
    FormPostBench b;
    const std::string answer = b.log_in();
    cr_expect(eq(str, b.error_of(b.post_back(answer + "&code=other")), text("flow_invalid")));
    cr_expect(eq(int, b.token_requests(), 0));
}
