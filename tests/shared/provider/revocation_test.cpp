#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/shared/provider/provider_bench.h"

using namespace vestibule;

namespace {

struct RevocationBench : ProviderBench {
    TokenSet tokens = op.issue_tokens();
    void revoke(Milliseconds at_most = Seconds{2}) { provider.revoke(tokens, at_most); }
    std::size_t requests() const { return http.count(op.revocation_endpoint()); }
};

}  // namespace

Test(revocation, O11_the_refresh_token_then_the_access_token_with_hints_and_authentication) {
    RevocationBench bench;
    bench.revoke();
    const auto requests = bench.http.requests_to(bench.op.revocation_endpoint());
    cr_assert(eq(sz, requests.size(), 2u));
    cr_expect(eq(str, text(requests[0].body),
                 "token=" + bench.tokens.refresh_token->reveal() + "&token_type_hint=refresh_token"));
    cr_expect(eq(str, text(requests[1].body),
                 "token=" + bench.tokens.access_token.reveal() + "&token_type_hint=access_token"));
    for (const auto& request : requests) cr_expect(request.header("Authorization").starts_with("Basic "));
    cr_expect(not(bench.log.has("token.not_revoked")));
    cr_expect(bench.no_secret_in_the_log());
}

Test(revocation, O11_without_a_refresh_token_the_access_token_alone) {
    RevocationBench bench;
    bench.tokens.refresh_token.reset();
    bench.revoke();
    cr_assert(eq(sz, bench.op.revoked_tokens().size(), 1u));
}

Test(revocation, O11_whatever_the_provider_says_is_logged_and_borne) {
    const std::pair<const char*, ScriptedAnswer> table[] = {
        {"unsupported_token_type", json_answer(400, R"({"error":"unsupported_token_type"})")},
        {"invalid_client", json_answer(401, R"({"error":"invalid_client"})")},
        {"503", json_answer(503, "")},
        {"html", {.status = 404, .headers = {{"Content-Type", "text/html"}}, .body = "<html>"}},
    };
    for (const auto& [name, answer] : table) {
        RevocationBench bench;
        bench.http.answer(bench.op.revocation_endpoint(), answer);
        bench.revoke();
        cr_expect(eq(sz, bench.requests(), 2u), "%s", name);
        cr_expect(bench.log.has("token.not_revoked"), "%s", name);
        cr_expect(bench.no_secret_in_the_log());
    }
}

Test(revocation, O11_it_never_takes_longer_than_it_may) {
    RevocationBench bench;
    bench.http.answer(bench.op.revocation_endpoint(), {.delay = Milliseconds{1'500}});
    cr_assert(bench.provider.metadata().has_value());
    const auto start = bench.clock.elapsed();
    bench.revoke(Seconds{2});
    cr_expect(bench.clock.elapsed() - start <= Seconds{2});
    cr_expect(eq(sz, bench.requests(), 2u));
}

Test(revocation, O11_a_provider_that_is_away_is_tried_once) {
    RevocationBench bench;
    cr_assert(bench.provider.metadata().has_value());
    bench.op.go_down(ErrorCode::upstream_timeout);
    bench.revoke();
    cr_assert(eq(sz, bench.requests(), 1u));
}

Test(revocation, O12_without_an_endpoint_nobody_is_asked) {
    RevocationBench bench;
    bench.op.metadata.set("revocation_endpoint", nullptr);
    bench.revoke();
    cr_assert(eq(sz, bench.requests(), 0u));
}

Test(revocation, without_metadata_it_gives_up_in_time) {
    RevocationBench bench;
    bench.http.answer(bench.op.metadata_url(), {.delay = Seconds{60}});
    const auto start = bench.clock.elapsed();
    bench.revoke(Seconds{2});
    cr_expect(bench.clock.elapsed() - start <= Seconds{2});
    cr_expect(bench.log.has("token.not_revoked"));
}
