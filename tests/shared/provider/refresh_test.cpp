#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "provider/refresh_verdict.h"
#include "provider/token_set_of.h"
#include "tests/shared/provider/provider_bench.h"

using namespace vestibule;

namespace {

enum class Verdict { refreshed, dead, not_possible, trouble, wrong_identity };

Verdict kind(const RefreshVerdict& verdict) { return static_cast<Verdict>(verdict.index()); }

struct RefreshBench : ProviderBench {
    TokenSet current = op.issue_tokens();

    RefreshVerdict refresh(std::string_view subject = "alice") { return provider.refresh(current, subject); }
    RefreshVerdict refresh_answered_by(ScriptedAnswer answer) {
        http.answer(op.token_endpoint(), std::move(answer));
        return refresh();
    }
};

ScriptedAnswer with_type(int status, std::string body, const char* type) {
    return {.status = status, .headers = {{"Content-Type", type}}, .body = std::move(body)};
}

}  // namespace

Test(refresh, R01_R06_the_request_has_exactly_these_parameters) {
    RefreshBench bench;
    cr_assert(kind(bench.refresh()) == Verdict::refreshed);
    const RecordedRequest request = bench.http.last_to(bench.op.token_endpoint());
    cr_expect(
        eq(str, text(request.body), "grant_type=refresh_token&refresh_token=" + bench.current.refresh_token->reveal()));
    cr_expect(request.header("Authorization").starts_with("Basic "));
}

Test(refresh, R04_a_new_refresh_token_replaces_the_old_one) {
    RefreshBench bench;
    const auto verdict = bench.refresh();
    const TokenSet& tokens = std::get<Refreshed>(verdict).tokens;
    cr_expect(tokens.refresh_token.has_value());
    cr_expect(tokens.refresh_token->reveal() != bench.current.refresh_token->reveal());
    cr_expect(tokens.access_token.reveal() != bench.current.access_token.reveal());
    cr_expect(tokens.access_expires_at == bench.clock.now() + Seconds{300});
    cr_expect(bench.no_secret_in_the_log());
}

Test(refresh, R04_R05_a_missing_refresh_or_id_token_is_left_to_stay) {
    RefreshBench bench;
    bench.op.knobs.rotate_refresh_tokens = false;
    bench.op.knobs.id_token_at_refresh = false;
    const auto verdict = bench.refresh();
    cr_assert(not(std::get<Refreshed>(verdict).tokens.refresh_token.has_value()));
    cr_assert(not(std::get<Refreshed>(verdict).tokens.id_token.has_value()));
}

Test(refresh, R07_only_invalid_grant_ends_a_session) {
    const std::tuple<const char*, ScriptedAnswer, Verdict> table[] = {
        {"400", json_answer(400, R"({"error":"invalid_grant"})"), Verdict::dead},
        {"401", json_answer(401, R"({"error":"invalid_grant"})"), Verdict::dead},
        {"with a description", json_answer(400, R"({"error":"invalid_grant","error_description":"x"})"), Verdict::dead},
        {"C7 the words in a description only",
         json_answer(400, R"({"error":"temporarily_unavailable","error_description":"... invalid_grant ..."})"),
         Verdict::trouble},
        {"server_error", json_answer(400, R"({"error":"server_error"})"), Verdict::trouble},
        {"invalid_client", json_answer(401, R"({"error":"invalid_client"})"), Verdict::not_possible},
        {"invalid_request", json_answer(400, R"({"error":"invalid_request"})"), Verdict::not_possible},
        {"unauthorized_client", json_answer(400, R"({"error":"unauthorized_client"})"), Verdict::not_possible},
        {"another case", json_answer(400, R"({"error":"Invalid_Grant"})"), Verdict::not_possible},
        {"more words", json_answer(400, R"({"error":"invalid_grant "})"), Verdict::not_possible},
        {"403 JSON", json_answer(403, R"({"error":"invalid_grant"})"), Verdict::not_possible},
        {"404 JSON", json_answer(404, R"({"error":"invalid_grant"})"), Verdict::not_possible},
        {"400 JSON without error", json_answer(400, R"({"message":"invalid_grant"})"), Verdict::not_possible},
        {"403 HTML of something in between", with_type(403, "<html>invalid_grant", "text/html"), Verdict::trouble},
        {"400 HTML", with_type(400, "<html>invalid_grant", "text/html"), Verdict::trouble},
        {"400 JSON that says it is HTML", with_type(400, R"({"error":"invalid_grant"})", "text/html"),
         Verdict::trouble},
        {"400 cut off", json_answer(400, R"({"error":"invalid_gr)"), Verdict::trouble},
        {"400 a list", json_answer(400, R"(["invalid_grant"])"), Verdict::trouble},
        {"C7 429", json_answer(429, R"({"error":"invalid_grant"})"), Verdict::trouble},
        {"408", json_answer(408, R"({"error":"invalid_grant"})"), Verdict::trouble},
        {"500", json_answer(500, R"({"error":"invalid_grant"})"), Verdict::trouble},
        {"503", json_answer(503, R"({"error":"invalid_grant"})"), Verdict::trouble},
        {"302", json_answer(302, R"({"error":"invalid_grant"})"), Verdict::trouble},
        {"204", {.status = 204}, Verdict::trouble},
        {"200 with an error", json_answer(200, R"({"error":"invalid_grant"})"), Verdict::trouble},
        {"200 HTML", with_type(200, "<html>", "text/html"), Verdict::trouble},
        {"200 cut off", {.body = R"({"access_token":"at"})", .truncate_after = 5}, Verdict::trouble},
        {"R12 200 mac", json_answer(200, R"({"access_token":"at","token_type":"mac"})"), Verdict::trouble},
        {"timeout", failing_answer(ErrorCode::upstream_timeout), Verdict::trouble},
        {"TLS", failing_answer(ErrorCode::upstream_unreachable), Verdict::trouble},
        {"garbage", failing_answer(ErrorCode::upstream_invalid), Verdict::trouble},
        {"slow", {.delay = Seconds{60}}, Verdict::trouble},
    };
    for (const auto& [name, answer, expected] : table) {
        RefreshBench bench;
        const Verdict got = kind(bench.refresh_answered_by(answer));
        cr_expect(got == expected, "%s: %d", name, static_cast<int>(got));
        cr_expect(eq(sz, bench.http.count(bench.op.token_endpoint()), 1u), "R10 %s", name);
        cr_expect(bench.no_secret_in_the_log());
    }
}

Test(refresh, R09_retry_after_is_passed_on) {
    RefreshBench bench;
    auto answer = json_answer(429, "{}");
    answer.headers.add("Retry-After", "17");
    const auto verdict = bench.refresh_answered_by(answer);
    cr_assert(std::get<ProviderTrouble>(verdict).retry_after == Seconds{17});
}

Test(refresh, a_provider_without_metadata_is_trouble_not_an_end) {
    RefreshBench bench;
    bench.op.go_down();
    cr_assert(kind(bench.refresh()) == Verdict::trouble);
    cr_assert(eq(sz, bench.http.count(bench.op.token_endpoint()), 0u));
}

Test(refresh, without_a_refresh_token_nobody_is_asked) {
    RefreshBench bench;
    bench.current.refresh_token.reset();
    cr_assert(kind(bench.refresh()) == Verdict::not_possible);
    cr_assert(eq(sz, bench.http.requests().size(), 0u));
}

Test(refresh, R05_an_id_token_of_somebody_else_ends_the_session_and_is_revoked) {
    const std::pair<const char*, Json> table[] = {
        {"sub", "bob"},
        {"iss", "https://attacker.example"},
        {"aud", "other"},
        {"aud", Json::array({"spa", "other"})},
        {"azp", "other"},
        {"nonce", "of another login"},
        {"auth_time", 1},
        {"exp", 1},
        {"events", Json::object()},
    };
    for (const auto& [name, value] : table) {
        RefreshBench bench;
        bench.op.knobs.change_claims = [](Json& claims) { claims.set("nonce", "of the login"); };
        bench.current = bench.op.issue_tokens();
        bench.op.knobs.change_claims = [&, name = name, value = value](Json& claims) { claims.set(name, value); };
        cr_expect(kind(bench.refresh()) == Verdict::wrong_identity, "%s", name);
        cr_expect(eq(sz, bench.op.revoked_tokens().size(), 2u), "%s", name);
        cr_expect(bench.no_secret_in_the_log());
    }
}

// The session stays, and so its grant; but the access token is good for whoever finds it.
Test(refresh, C27_an_access_token_in_a_refusal_is_revoked) {
    const std::string body = R"({"error":"invalid_client","access_token":"at","refresh_token":"rt"})";
    for (const int status : {400, 401, 503}) {
        RefreshBench bench;
        cr_expect(kind(bench.refresh_answered_by(json_answer(status, body))) != Verdict::refreshed, "%d", status);
        cr_expect(bench.op.revoked_tokens() == std::vector<std::string>({"at"}), "%d", status);
    }
}

Test(refresh, R05_the_subject_is_the_one_of_the_session) {
    RefreshBench bench;
    cr_assert(kind(bench.refresh("bob")) == Verdict::wrong_identity);
}

Test(refresh, R05_a_wrong_signature_is_a_wrong_identity) {
    RefreshBench bench;
    bench.op.knobs.change_jws = [](std::string& jws) {
        jws[jws.size() - 10] = jws[jws.size() - 10] == 'A' ? 'B' : 'A';
    };
    cr_assert(kind(bench.refresh()) == Verdict::wrong_identity);
}

Test(refresh, R05_a_good_id_token_is_passed_on_for_the_logout) {
    RefreshBench bench;
    bench.clock.advance(std::chrono::hours{3});
    bench.op.knobs.change_claims = [&](Json& claims) {
        claims.set("auth_time", bench.clock.now().time_since_epoch().count() - 3 * 3600);
    };
    const auto verdict = bench.refresh();
    cr_assert(std::get<Refreshed>(verdict).tokens.id_token.has_value());
}

Test(refresh, C7_keys_that_rotate_with_the_refresh_token_cost_one_token_request) {
    RefreshBench bench;
    cr_assert(bench.redeem().has_value());
    bench.op.rotate_keys();
    bench.http.forget_requests();
    const auto verdict = bench.refresh();
    cr_assert(std::get<Refreshed>(verdict).tokens.id_token.has_value());
    cr_assert(eq(sz, bench.http.count(bench.op.token_endpoint()), 1u));
}

Test(refresh, C7_keys_that_cannot_be_had_cost_the_id_token_not_the_rotated_refresh_token) {
    RefreshBench bench;
    bench.http.answer(bench.op.keys_url(), failing_answer(ErrorCode::upstream_timeout));
    const auto verdict = bench.refresh();
    cr_assert(kind(verdict) == Verdict::refreshed);
    const TokenSet& tokens = std::get<Refreshed>(verdict).tokens;
    cr_expect(bench.op.refresh_token_lives(tokens.refresh_token->reveal()));
    cr_expect(not(tokens.id_token.has_value()), "what is not verified is not kept");
    cr_expect(bench.log.has("token.id_token_not_verified"));
}

Test(refresh, R05_even_without_keys_another_subject_is_noticed) {
    RefreshBench bench;
    bench.http.answer(bench.op.keys_url(), failing_answer(ErrorCode::upstream_timeout));
    bench.op.knobs.subject = "bob";
    cr_assert(kind(bench.refresh()) == Verdict::wrong_identity);
}

Test(refresh, R10_everything_together_keeps_to_the_time_limit) {
    RefreshBench bench;
    bench.http.answer(bench.op.keys_url(), {.body = "{}", .delay = Seconds{60}});
    const auto start = bench.clock.elapsed();
    (void)bench.refresh();
    cr_assert(bench.clock.elapsed() - start <= bench.config.provider.timeout);
}

Test(refresh, R02_R10_new_tokens_are_waited_for_longer_than_anything_else) {
    RefreshBench bench;
    const Milliseconds latest = bench.config.provider.refresh_timeout;
    cr_assert(latest > bench.config.provider.timeout);
    auto answer = with_type(200, R"({"access_token": "late", "refresh_token": "next", "token_type": "Bearer"})",
                            "application/json");
    answer.delay = latest - Milliseconds{1};
    const auto verdict = bench.refresh_answered_by(answer);
    cr_assert(kind(verdict) == Verdict::refreshed, "by now the old refresh token is used up");
    cr_expect(eq(str, text(std::get<Refreshed>(verdict).tokens.refresh_token->reveal()), text("next")));
}

Test(refresh, R10_new_tokens_are_not_waited_for_for_ever) {
    RefreshBench bench;
    const auto start = bench.clock.elapsed();
    const auto verdict = bench.refresh_answered_by({.body = "{}", .delay = std::chrono::hours{1}});
    cr_assert(kind(verdict) == Verdict::trouble);
    cr_expect(bench.clock.elapsed() - start == bench.config.provider.refresh_timeout);
}

Test(token_set_of, C24_without_expires_in_an_access_token_lives_five_minutes) {
    const WallTime now{Seconds{1000}};
    TokenResponse response{Secret("at"), std::nullopt, Secret("rt"), Secret("it"), std::nullopt};
    const TokenSet unstated = token_set_of(response, now);
    cr_expect(unstated.access_lifetime == Seconds{300});
    cr_expect(unstated.access_expires_at == now + Seconds{300});
    response.expires_in = Seconds{3600};
    const TokenSet stated = token_set_of(response, now);
    cr_expect(stated.access_expires_at == now + Seconds{3600});
    cr_expect(eq(str, text(stated.refresh_token->reveal()), text("rt")));
    cr_expect(eq(str, text(stated.id_token->reveal()), text("it")));
}
