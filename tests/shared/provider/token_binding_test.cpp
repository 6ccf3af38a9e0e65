#include "provider/token_binding.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/shared/provider/provider_bench.h"

using namespace vestibule;

Test(token_binding, C21_a_login_is_bound_where_the_providers_logins_use_dpop) {
    ProviderBench bench;
    DpopNonces nonces(bench.context());
    ProviderMetadata provider;
    const TokenBinding unbound = TokenBinding::of_login(provider, bench.secrets.dpop_key);
    cr_expect(not(unbound.key().has_value()));
    cr_expect(unbound.token_type() == TokenType::bearer);
    cr_expect(not(unbound.possession(nonces).value().has_value()));

    provider.uses_dpop = true;
    const TokenBinding bound = TokenBinding::of_login(provider, bench.secrets.dpop_key);
    cr_expect(bound.token_type() == TokenType::dpop);
    const auto possession = bound.possession(nonces);
    cr_assert(possession.has_value() && possession->has_value());
    const std::string thumbprint = DpopKey::of(bench.secrets.dpop_key)->thumbprint();
    cr_expect(possession->value().key.thumbprint() == thumbprint);
}

Test(token_binding, R12_what_a_sessions_tokens_are_bound_to_decides) {
    TokenSet tokens;
    cr_expect(TokenBinding::of_session(tokens).token_type() == TokenType::bearer);
    tokens.dpop_key = Secret(std::string(32, 'k'));
    cr_expect(TokenBinding::of_session(tokens).token_type() == TokenType::dpop);
}

Test(token_binding, a_key_that_is_none_is_an_error_and_no_bearer_token) {
    ProviderBench bench;
    DpopNonces nonces(bench.context());
    TokenSet tokens;
    tokens.dpop_key = Secret("short");
    const TokenBinding binding = TokenBinding::of_session(tokens);
    cr_expect(binding.token_type() == TokenType::dpop);
    cr_expect(not(binding.possession(nonces).has_value()));
}
