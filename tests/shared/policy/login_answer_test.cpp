#include "policy/login_answer.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/test_world.h"

using namespace vestibule;

namespace {

struct Answers {
    Config config = make_config();
    LoginAnswer redirect{AnswerBy::redirect, config};
    LoginAnswer message{AnswerBy::message, config};
    ReturnPath inbox = ReturnPath::parse("/inbox").value();

    static Config make_config() {
        Config made;
        made.public_url = parse_url("https://app.example.com").value();
        return made;
    }
};

Request in_a_frame() {
    Request request = navigation_request("/auth/callback");
    request.headers.set("Sec-Fetch-Dest", "iframe");
    return request;
}

bool posts(const Response& response, const std::string& text) {
    return response.status == 200 && body_text_of(response).find(text) != std::string::npos;
}

const Error kDown{ErrorCode::provider_unavailable, "down", std::nullopt};

}  // namespace

Test(login_answer, L26_C16_only_a_message_may_stand_in_a_frame) {
    Answers a;
    cr_expect(a.message.check_place(in_a_frame()).has_value());
    cr_expect(a.redirect.check_place(in_a_frame()).error().code == ErrorCode::csrf_rejected);
    Request in_an_object = in_a_frame();
    in_an_object.headers.set("Sec-Fetch-Dest", "object");
    cr_expect(not(a.message.check_place(in_an_object).has_value()));
}

Test(login_answer, C12_a_failure_is_told_by_either_way) {
    Answers a;
    const Response redirect = a.redirect.failed(ErrorCode::login_required);
    cr_expect(eq(int, +redirect.status, 303));
    cr_expect(eq(str, header_of(redirect, "Location"), text("https://app.example.com/?auth_error=login_required")));
    cr_expect(posts(a.message.failed(ErrorCode::login_required), "&quot;login_required&quot;"));
}

Test(login_answer, C34_what_was_used_before_is_no_success_of_a_message_and_no_failure_of_a_redirect) {
    Answers a;
    for (const Response& response : {a.redirect.succeeded(a.inbox), a.redirect.used_before(a.inbox)})
        cr_expect(eq(str, header_of(response, "Location"), text("https://app.example.com/inbox")));
    cr_expect(posts(a.message.succeeded(a.inbox), "&quot;loggedIn&quot;:true"));
    cr_expect(posts(a.message.used_before(a.inbox), "&quot;flow_invalid&quot;"));
}

Test(login_answer, a_script_hears_as_a_script_does_that_its_login_cannot_begin) {
    Answers a;
    for (const LoginAnswer& answer : {a.redirect, a.message}) {
        const Response told = answer.not_begun(fetch_request("GET", "/auth/login"), kDown);
        cr_expect(eq(str, code_of(told), text("provider_unavailable")));
    }
    cr_expect(posts(a.message.not_begun(in_a_frame(), kDown), "&quot;provider_unavailable&quot;"));
    cr_expect(eq(int, +a.redirect.not_begun(navigation_request("/auth/login"), kDown).status, 503));
}
