// Resources in token requests, and a push within the time of one call.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/shared/provider/provider_bench.h"

using namespace vestibule;

namespace {

std::vector<std::string> resources_of(const RecordedRequest& request) {
    std::vector<std::string> found;
    const Form form = request.form();
    for (const auto& [name, value] : form.parameters()) {
        if (name == "resource") found.push_back(value);
    }
    return found;
}

}  // namespace

Test(resources, L42_R14_the_same_are_named_when_a_code_is_redeemed_and_at_every_refresh) {
    ProviderBench bench;
    bench.config.provider.resources = {"https://api.example/", "urn:example:orders"};
    cr_assert(bench.redeem().has_value());
    cr_expect(resources_of(bench.http.last_to(bench.op.token_endpoint())) == bench.config.provider.resources);
    const TokenSet tokens = bench.op.issue_tokens();
    (void)bench.provider.refresh(tokens, "alice");
    const RecordedRequest refresh = bench.http.last_to(bench.op.token_endpoint());
    cr_expect(eq(str, refresh.parameter("grant_type"), text("refresh_token")));
    cr_expect(resources_of(refresh) == bench.config.provider.resources);
    bench.provider.revoke(tokens, Milliseconds{1000});
    cr_expect(resources_of(bench.http.last_to(bench.op.revocation_endpoint())).empty());
}

Test(resources, none_are_named_unless_configured) {
    ProviderBench bench;
    cr_assert(bench.redeem().has_value());
    cr_expect(resources_of(bench.http.last_to(bench.op.token_endpoint())).empty());
}

Test(pushed_requests, one_time_limit_holds_for_the_metadata_and_the_push) {
    ProviderBench bench;
    bench.config.provider.pushed_requests = PushedRequests::always;
    bench.http.answer_next(bench.op.metadata_url(), {.headers = {{"Content-Type", "application/json"}},
                                                     .body = bench.op.metadata.print(),
                                                     .delay = bench.config.provider.timeout - Milliseconds{500}});
    AuthorizationRequest request;
    request.client_id = bench.op.client_id;
    cr_assert(bench.provider.authorization_url(request).has_value());
    cr_expect(bench.http.last_to(bench.op.push_endpoint()).limits.total <= Milliseconds{500});
    cr_expect(bench.no_secret_in_the_log());
}
