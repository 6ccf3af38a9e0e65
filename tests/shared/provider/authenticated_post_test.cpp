#include "provider/authenticated_post.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/shared/provider/provider_bench.h"

using namespace vestibule;

namespace {

Result<OutboundResponse> revoke_something(ProviderBench& bench, Milliseconds patience = Milliseconds{1'000}) {
    ProviderMetadata provider;
    provider.token_endpoint = bench.op.token_endpoint();
    Form form;
    form.add("token", "a-token");
    return send_authenticated(bench.context(), provider, {bench.op.revocation_endpoint(), form, 4096},
                              Deadline(bench.clock, patience));
}

}  // namespace

Test(authenticated_post, goes_out_once_with_what_authenticates_us_and_the_time_that_is_left) {
    ProviderBench bench;
    auto response = revoke_something(bench);
    cr_assert(response.has_value());
    cr_expect(eq(int, response->status, 200));
    cr_assert(eq(sz, bench.http.count(bench.op.revocation_endpoint()), 1));
    auto sent = bench.http.last_to(bench.op.revocation_endpoint());
    cr_expect(eq(str, sent.parameter("token"), text("a-token")));
    cr_expect(sent.header("Authorization").starts_with("Basic "));
    cr_expect(eq(sz, sent.limits.max_body_octets, 4096));
    cr_expect(sent.limits.total == Milliseconds{1'000});
}

Test(authenticated_post, A24_an_answer_that_refuses_is_an_answer) {
    ProviderBench bench;
    bench.http.answer_next(bench.op.revocation_endpoint(), json_answer(401, R"({"error":"invalid_client"})"));
    auto response = revoke_something(bench);
    cr_assert(response.has_value());
    cr_expect(eq(int, response->status, 401));
    cr_expect(eq(sz, bench.http.count(bench.op.revocation_endpoint()), 1));
}

Test(authenticated_post, nothing_is_sent_when_the_time_is_over) {
    ProviderBench bench;
    auto response = revoke_something(bench, Milliseconds{0});
    cr_assert(not(response.has_value()));
    cr_expect(response.error().code == ErrorCode::upstream_timeout);
    cr_expect(eq(sz, bench.http.requests().size(), 0));
}
