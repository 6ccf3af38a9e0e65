#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/shared/provider/provider_bench.h"

using namespace vestibule;

namespace {

struct UserinfoBench : ProviderBench {
    AccessToken access_token{op.issue_tokens().access_token, std::nullopt};
    Result<Json> ask(std::string_view subject = "alice") { return provider.userinfo(access_token, subject); }
    ErrorCode error_with(ScriptedAnswer answer) {
        http.answer(op.userinfo_endpoint(), std::move(answer));
        const auto claims = ask();
        return claims ? ErrorCode::internal : claims.error().code;
    }
};

}  // namespace

Test(userinfo, I41_the_token_is_in_the_header_and_nowhere_else) {
    UserinfoBench bench;
    const auto claims = bench.ask();
    cr_assert(claims.has_value() && claims->string_at("email") == "alice@example.com");
    const RecordedRequest request = bench.http.last_to(bench.op.userinfo_endpoint());
    cr_expect(eq(str, text(request.method), text("GET")));
    cr_expect(eq(str, text(request.url), bench.op.userinfo_endpoint()));
    cr_expect(eq(str, text(request.body), text("")));
    cr_expect(eq(str, request.header("Authorization"), "Bearer " + bench.access_token.text.reveal()));
    cr_expect(bench.no_secret_in_the_log());
}

Test(userinfo, I39_claims_of_another_subject_are_not_used) {
    UserinfoBench bench;
    const auto claims = bench.ask("bob");
    cr_assert(claims.has_value() == false && claims.error().code == ErrorCode::identity_rejected);
}

Test(userinfo, I42_distributed_claims_are_not_followed) {
    UserinfoBench bench;
    bench.op.knobs.change_userinfo = [](Json& claims) {
        claims.set("_claim_names", Json::object({{"payment_info", "src1"}}));
        claims.set("_claim_sources",
                   Json::object({{"src1", Json::object({{"endpoint", "https://attacker.example/"}})}}));
    };
    cr_assert(bench.ask().has_value());
    cr_assert(eq(sz, bench.http.count("https://attacker.example/"), 0u));
}

Test(userinfo, a_rejected_token_is_told_apart_from_a_provider_in_trouble) {
    const std::tuple<const char*, ScriptedAnswer, ErrorCode> table[] = {
        {"401", json_answer(401, "{}"), ErrorCode::session_ended},
        {"429", json_answer(429, "{}"), ErrorCode::provider_unavailable},
        {"500", json_answer(500, "{}"), ErrorCode::provider_unavailable},
        {"timeout", failing_answer(ErrorCode::upstream_timeout), ErrorCode::provider_unavailable},
        {"slow", {.delay = Seconds{60}}, ErrorCode::provider_unavailable},
        {"403", json_answer(403, "{}"), ErrorCode::identity_rejected},
        {"302", {.status = 302}, ErrorCode::identity_rejected},
        {"an array", json_answer(200, "[]"), ErrorCode::identity_rejected},
    };
    for (const auto& [name, answer, code] : table) {
        UserinfoBench bench;
        cr_expect(bench.error_with(answer) == code, "%s", name);
        cr_expect(eq(sz, bench.http.count(bench.op.userinfo_endpoint()), 1u), "%s", name);
    }
}

Test(userinfo, a_provider_without_the_endpoint_is_said) {
    UserinfoBench bench;
    bench.op.metadata.set("userinfo_endpoint", nullptr);
    const auto claims = bench.ask();
    cr_assert(claims.has_value() == false && claims.error().code == ErrorCode::provider_unavailable);
}
