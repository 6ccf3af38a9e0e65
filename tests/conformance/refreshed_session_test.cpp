// What a login became, when its tokens are refreshed later.
#include "functions/refresh/handler.h"
#include "tests/conformance/module_run.h"

using namespace vestibule;

// Others looked for the words anywhere in the answer.
Test(refreshed_session, C7_a_description_that_says_invalid_grant_ends_nothing) {
    const char* const answers[] = {
        R"({"error":"temporarily_unavailable","error_description":"try again: invalid_grant is not what this is"})",
        R"({"error":"invalid_request","error_description":"invalid_grant"})",
        R"({"error_description":"invalid_grant"})",
        R"({"error":"INVALID_GRANT"})",
        R"("invalid_grant")",
    };
    for (const char* answer : answers) {
        CallbackBench b;
        const std::string session = expect_login(b);
        b.clock.advance(Seconds{30});
        b.http.answer_next(b.op.token_endpoint(), json_answer(400, answer));
        (void)handle_refresh(fetch_request("POST", "/auth/refresh", session), b.world);
        cr_expect(b.opens(session), "%s", answer);
        b.clock.advance(Seconds{120});
        const Response later = handle_refresh(fetch_request("POST", "/auth/refresh", session), b.world);
        cr_expect(eq(int, +later.status, 200), "%s", answer);
    }
}
