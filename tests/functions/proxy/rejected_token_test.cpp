#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/functions/proxy/proxy_stage.h"
#include "tests/support/text.h"

using namespace vestibule;

namespace {

struct RejectedToken : ProxyStage {
    RejectedToken() {
        log_in();
        clock.advance(Seconds{10});  // a token that is new and rejected is not worth another one
    }

    ScriptedAnswer challenge(const std::string& value) const {
        return {.status = 401,
                .headers = {{"WWW-Authenticate", value}, {"Content-Type", "application/json"}},
                .body = "{}"};
    }
    // The upstream takes one token and rejects all others.
    void upstream_takes(const std::string& token) {
        http.on("https://*", [this, token](const RecordedRequest& request) {
            const bool good = request.header("Authorization") == "Bearer " + token;
            return good ? json_answer(200, R"({"ok":true})") : challenge("Bearer error=\"invalid_token\"");
        });
    }
};

}  // namespace

Test(proxy_rejected_token, is_refreshed_once_and_the_request_replayed_once_P29) {
    for (const char* line : {"GET /api/x", "HEAD /api/x", "DELETE /api/x", "POST /api/x"}) {
        RejectedToken stage;
        stage.upstream_takes("access-canary-2");
        const std::string answer = stage.call(line, "Accept: application/json\n");
        cr_expect(answer.starts_with("HTTP/1.1 200\n"), "%s: %s", line, answer.c_str());
        cr_expect(eq(sz, stage.upstream_calls(), 2));
        cr_expect(eq(int, stage.provider.refreshes, 1));
        cr_expect(eq(str, stage.last_upstream().header("Accept"), text("application/json")));
        stage.call(line);
        cr_expect(eq(sz, stage.upstream_calls(), 3));
    }
}

Test(proxy_rejected_token, with_a_streamed_body_is_refreshed_but_the_request_is_not_replayed_P28_P29) {
    RejectedToken stage;
    stage.upstream_takes("access-canary-2");
    const std::string answer = stage.call("POST /api/x", "", R"({"a":1})");
    cr_expect(eq(str, gist(answer), text("503 refresh_busy")));
    cr_expect(has_line(answer, "Retry-After: 1"));
    cr_expect(eq(sz, stage.upstream_calls(), 1));
    cr_expect(stage.call("POST /api/x", "", R"({"a":1})").starts_with("HTTP/1.1 200\n"));
    cr_expect(eq(sz, stage.upstream_calls(), 2));
    cr_expect(eq(int, stage.provider.refreshes, 1));
}

Test(proxy_rejected_token, never_loops_on_an_upstream_that_takes_none_P29_P30) {
    RejectedToken stage;
    stage.upstream_takes("none of ours");
    const std::string answer = stage.call("GET /api/x");
    cr_expect(eq(str, gist(answer), text("502 upstream_invalid")));
    cr_expect(answer.find("WWW-Authenticate") == std::string::npos);
    cr_expect(eq(sz, stage.upstream_calls(), 2));
    cr_expect(eq(int, stage.provider.refreshes, 1));
}

Test(proxy_rejected_token, is_not_refreshed_for_any_other_complaint_P30) {
    for (const char* value :
         {"Bearer", "Bearer realm=\"api\"", "Basic realm=\"x\"", "Bearer error=\"insufficient_scope\"",
          "Basic error=\"invalid_token\"", "Negotiate", "", "garbage=\"", "Bearer error=invalid_tokens"}) {
        RejectedToken stage;
        stage.http.answer("https://*", stage.challenge(value));
        const std::string answer = stage.call("GET /api/x");
        cr_expect(eq(str, gist(answer), text("502 upstream_invalid")), "%s", value);
        cr_expect(answer.find("WWW-Authenticate") == std::string::npos, "%s", value);
        cr_expect(eq(int, stage.provider.refreshes, 0), "%s", value);
        cr_expect(eq(sz, stage.upstream_calls(), 1), "%s", value);
    }
}

Test(proxy_rejected_token, is_found_among_several_challenges_P29) {
    RejectedToken stage;
    stage.http.answer_next("https://*",
                           stage.challenge("Basic realm=\"a, b\", Bearer realm=\"x\", error=\"invalid_token\""));
    cr_expect(stage.call("GET /api/x").starts_with("HTTP/1.1 200\n"));
    cr_expect(eq(int, stage.provider.refreshes, 1));
}

Test(proxy_rejected_token, that_cannot_be_refreshed_gives_the_refreshs_own_answer_R07_R08) {
    RejectedToken trouble;
    trouble.upstream_takes("access-canary-2");
    trouble.provider.verdict = [] { return ProviderTrouble{"503", Seconds{7}}; };
    cr_expect(eq(str, gist(trouble.call("GET /api/x")), text("503 provider_unavailable")));
    RejectedToken dead;
    dead.upstream_takes("access-canary-2");
    dead.provider.verdict = [] { return RefreshTokenDead{}; };
    cr_expect(eq(str, gist(dead.call("GET /api/x")), text("401 session_ended")));
    cr_expect(eq(sz, dead.upstream_calls(), 1));
}

Test(proxy_rejected_token, of_nobody_asks_to_log_in_P30) {
    ProxyStage stage;
    stage.http.answer("https://*",
                      {.status = 401, .headers = {{"WWW-Authenticate", "Bearer error=\"invalid_token\""}}});
    cr_expect(eq(str, gist(stage.call("GET /maybe/x")), text("401 no_session")));
    cr_expect(eq(str, gist(stage.call("GET /open/x")), text("502 upstream_invalid")));
    cr_expect(eq(int, stage.provider.refreshes, 0));
}

Test(proxy_rejected_token, a_stronger_login_is_the_apps_to_start_and_never_ours_P31) {
    RejectedToken stage;
    stage.http.answer(
        "https://*",
        stage.challenge(
            "Bearer error=\"insufficient_user_authentication\", acr_values=\"urn:mfa loa3\", max_age=\"300\""));
    const std::string answer = stage.call("GET /api/x");
    cr_expect(eq(str, gist(answer), text("401 reauthentication_required")));
    cr_expect(
        answer.find(R"("loginUrl":"/auth/login?acr_values=urn%3Amfa+loa3\u0026max_age=300")") != std::string::npos,
        "%s", answer.c_str());
    cr_expect(answer.find("Bearer") == std::string::npos);
    cr_expect(eq(sz, stage.upstream_calls(), 1));
    cr_expect(eq(int, stage.provider.refreshes, 0));
}

Test(proxy_rejected_token, what_a_challenge_asks_for_is_validated_P31) {
    const struct {
        const char* parameters;
        const char* login_url;
    } rows[] = {
        {"", "/auth/login"},
        {", max_age=\"-1\"", "/auth/login"},
        {", max_age=\"0x10\"", "/auth/login"},
        {", max_age=\"99999999999\"", "/auth/login"},
        {", acr_values=\"\"", "/auth/login"},
        {", acr_values=\"a\\\"b\"", "/auth/login"},
        {", acr_values=\"caf\xc3\xa9\"", "/auth/login"},
        {", max_age=0", "/auth/login?max_age=0"},
        {", acr_values=\"a&prompt=none\"", "/auth/login?acr_values=a%26prompt%3Dnone"},
    };
    for (const auto& row : rows) {
        RejectedToken stage;
        stage.http.answer("https://*", stage.challenge("Bearer error=\"insufficient_user_authentication\"" +
                                                       std::string(row.parameters)));
        const std::string answer = stage.call("GET /api/x");
        const auto problem = Json::parse(answer.substr(answer.find("\n\n") + 2)).value();
        cr_expect(eq(str, problem.string_at("loginUrl").value_or("none"), text(row.login_url)), "%s", row.parameters);
    }
}

Test(proxy_rejected_token, a_stronger_login_asked_for_after_a_refresh_is_reported_P31) {
    RejectedToken stage;
    stage.http.answer_next("https://*", stage.challenge("Bearer error=\"invalid_token\""));
    stage.http.answer_next("https://*", stage.challenge("Bearer error=\"insufficient_user_authentication\""));
    cr_expect(eq(str, gist(stage.call("GET /api/x")), text("401 reauthentication_required")));
    cr_expect(eq(sz, stage.upstream_calls(), 2));
}

Test(proxy_rejected_token, refreshed_by_another_request_meanwhile_costs_no_second_refresh_R02) {
    RejectedToken stage;
    stage.upstream_takes("access-canary-2");
    const Request slow = stage.request("GET /api/x");
    bool raced = false;
    stage.http.before_every_answer([&](const RecordedRequest&) {
        if (std::exchange(raced, true)) return;
        cr_expect(stage.call("GET /api/y").starts_with("HTTP/1.1 200\n"));
    });
    cr_expect(eq(int, stage.respond(slow).status, 200));
    cr_expect(eq(int, stage.provider.refreshes, 1));
}
