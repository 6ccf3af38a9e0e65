// After any rejected response, whatever was wrong with it: no session, no stored token, no further call except the
// revocation of what was received; nothing secret in response or log; nobody led elsewhere; and the next login works.
#include "tests/conformance/faulty_logins.h"

using namespace vestibule;

namespace {

// Row by row, with a name in each message.
void for_all(const std::vector<FaultyLogin>& faults, const std::function<void(RejectedLogin&)>& check) {
    for (const FaultyLogin& fault : faults) {
        RejectedLogin login(fault);
        check(login);
    }
}

}  // namespace

Test(rejected_responses, there_are_many_ways_to_be_wrong) {
    cr_expect(ge(sz, all_faulty_logins().size(), 120));
    std::set<std::string> names;
    for (const FaultyLogin& fault : all_faulty_logins())
        cr_expect(names.insert(fault.name).second, "%s is there twice", fault.name.c_str());
}

Test(rejected_responses, C01_C04_C07_C08_C10_a_wrong_response_is_rejected_before_anybody_is_asked, .timeout = 60) {
    for_all(faulty_responses(), [](RejectedLogin& login) { login.expect_it_was_rejected(); });
}

Test(rejected_responses, C07_C08_C14_a_wrong_response_is_rejected_alike_where_it_comes_by_form, .timeout = 60) {
    std::vector<FaultyLogin> faults = faulty_responses();
    for (FaultyLogin& fault : faults)
        fault.prepare = [](CallbackBench& b) { b.config.provider.response_mode = ResponseMode::form_post; };
    for_all(faults, [](RejectedLogin& login) {
        login.expect_it_was_rejected();
        login.expect_nothing_is_left();
        login.expect_no_further_call();
        login.expect_nothing_is_shown();
        login.expect_the_next_login_works();
    });
}

Test(rejected_responses, C20_C24_A22_A24_a_wrong_token_answer_is_rejected, .timeout = 60) {
    for_all(faulty_token_answers(), [](RejectedLogin& login) { login.expect_it_was_rejected(); });
}

Test(rejected_responses, C22_C26_a_wrong_id_token_or_none_is_rejected, .timeout = 60) {
    for_all(faulty_id_tokens(), [](RejectedLogin& login) { login.expect_it_was_rejected(); });
}

Test(rejected_responses, X16_wrong_userinfo_keys_and_stores_reject_the_login, .timeout = 60) {
    for_all(faulty_surroundings(), [](RejectedLogin& login) { login.expect_it_was_rejected(); });
}

Test(rejected_responses, C26_C27_after_any_rejected_response_there_is_no_session_no_token_and_no_further_call,
     .timeout = 60) {
    for_all(all_faulty_logins(), [](RejectedLogin& login) {
        login.expect_nothing_is_left();
        login.expect_no_further_call();
        login.expect_the_tokens_are_revoked();
    });
}

Test(rejected_responses, G01_G13_H24_no_rejection_shows_or_logs_a_secret_or_leads_elsewhere, .timeout = 60) {
    for_all(all_faulty_logins(), [](RejectedLogin& login) { login.expect_nothing_is_shown(); });
}

Test(rejected_responses, H28_C38_the_next_login_works_after_any_rejection_and_the_rejected_one_never_does,
     .timeout = 60) {
    for_all(all_faulty_logins(), [](RejectedLogin& login) { login.expect_the_next_login_works(); });
}

Test(rejected_responses, G06_I37_every_fault_of_an_id_token_gives_one_and_the_same_answer, .timeout = 60) {
    std::set<std::string> answers;
    for_all(faulty_id_tokens(), [&](RejectedLogin& login) { answers.insert(text_of(login.response())); });
    cr_expect(eq(sz, answers.size(), 1));
}

Test(rejected_responses, C11_the_providers_error_text_is_neither_shown_nor_followed, .timeout = 60) {
    const std::vector<std::string> texts{"<script>evil()</script>",
                                         "evil\r\nSet-Cookie: evil=1",
                                         "\"><img src=evil>",
                                         std::string(10'000, 'e') + "evil",
                                         "\xe2\x80\xae"
                                         "evil",
                                         "javascript:evil()"};
    for (const std::string& text : texts) {
        FaultyLogin fault{"an error with words",
                          {},
                          [&](CallbackBench&, const std::string& query) {
                              const std::string refused = with(without(query, "code"), "error", "server_error");
                              return with(with(refused, "error_description", text), "error_uri",
                                          "https://evil.example/" + text);
                          },
                          {"unavailable", "flow_invalid"},
                          Calls::none,
                          Received::nothing};
        RejectedLogin login(fault);
        login.expect_it_was_rejected();
        login.expect_no_further_call();
        login.expect_nothing_is_shown();
        cr_expect(login.log.text().find("evil") == std::string::npos, "it is not logged either");
        cr_expect(eq(sz, login.http.count("https://evil.example/"), 0));
    }
}

// The row is written and nobody has its cookie: it is taken back, and its tokens are revoked.
Test(rejected_responses, C27_a_session_whose_insert_was_not_confirmed_is_taken_back) {
    CallbackBench b;
    const std::string query = b.log_in();
    b.store.fail_next(StoreOperation::insert, 1, FailurePoint::after_the_store);
    const Response response = b.come_back(query);
    cr_expect(eq(str, b.error_of(response), text("unavailable")));
    cr_expect(eq(ulong, b.sessions(), 0));
    cr_expect(response.headers.all("Set-Cookie").empty());
    cr_expect(eq(sz, b.op.revoked_tokens().size(), 2));
    cr_expect(b.leaks_nothing(response));
}

Test(rejected_responses, G03_what_the_provider_says_cannot_break_a_log_line) {
    FaultyLogin fault{"an error code that is none",
                      faults::token_endpoint_says(json_answer(400, R"({"error":"a\nlevel=info evil"})")),
                      {},
                      {"exchange_failed"},
                      Calls::token,
                      Received::nothing};
    RejectedLogin login(fault);
    login.expect_it_was_rejected();
    cr_expect(login.log.text().find("evil") == std::string::npos);
}
