// DPoP between us and the provider (RFC 9449 §5, §8, §10).
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "oauth/dpop_proof.h"
#include "tests/shared/provider/provider_bench.h"
#include "tests/support/two_clocks.h"

using namespace vestibule;

namespace {

struct DpopBench : ProviderBench {
    DpopBench() {
        config.provider.dpop = Dpop::always;
        op.knobs.require_dpop = true;
    }

    AuthorizationRequest request() const {
        AuthorizationRequest request;
        request.client_id = op.client_id;
        request.redirect_uri = "https://app.example/auth/callback";
        request.scope = config.provider.scope;
        request.state = "state-1";
        request.nonce = "nonce-1";
        request.code_challenge = code_challenge_s256(secrets.code_verifier);
        request.dpop_key = secrets.dpop_key;
        return request;
    }
    // From the authorization request to the tokens, the code bound to the key.
    Result<RedeemedCode> log_in(OidcProvider& process) {
        const auto url = process.authorization_url(request());
        if (!url) return failure(url.error());
        const auto query = Form::parse(op.log_in(*url)).value();
        return process.redeem(Secret(query.single("code").value().value()), secrets, rules(), Grant::of_these_alone);
    }
    Result<RedeemedCode> log_in() { return log_in(provider); }

    std::size_t token_requests() const { return http.count(op.token_endpoint()); }
    TokenSet session_tokens() { return op.issue_tokens(secrets.dpop_key); }
    std::string thumbprint() const { return DpopKey::of(secrets.dpop_key)->thumbprint(); }
};

bool refreshed(const RefreshVerdict& verdict) { return std::holds_alternative<Refreshed>(verdict); }

}  // namespace

Test(dpop, is_not_used_unless_configured) {
    ProviderBench bench;
    bench.op.metadata.set("dpop_signing_alg_values_supported", Json::array({"ES256"}));
    const auto redeemed = bench.redeem();
    cr_assert(redeemed.has_value());
    cr_expect(not(redeemed->dpop_key.has_value()));
    cr_expect(not(bench.http.last_to(bench.op.token_endpoint()).headers.find("DPoP").has_value()));
}

Test(dpop, A13_A20_binds_the_code_and_the_tokens_to_the_key_of_the_login) {
    DpopBench bench;
    const auto url = bench.provider.authorization_url(bench.request());
    cr_assert(url.has_value());
    const auto query = Form::parse(url->substr(url->find('?') + 1)).value();
    cr_expect(eq(str, text(query.single("dpop_jkt").value().value()), text(bench.thumbprint())));
    const auto redeemed = bench.log_in();
    cr_assert(redeemed.has_value(), "%s", redeemed ? "" : redeemed.error().detail.c_str());
    cr_expect(eq(str, text(redeemed->dpop_key->reveal()), text(bench.secrets.dpop_key.reveal())));
    cr_expect(eq(sz, bench.token_requests(), 1));
    cr_expect(bench.no_secret_in_the_log());
}

Test(dpop, A20_a_code_is_of_no_use_with_another_key) {
    DpopBench bench;
    const auto url = bench.provider.authorization_url(bench.request());
    const auto query = Form::parse(bench.op.log_in(*url)).value();
    FlowSecrets stolen = bench.secrets;
    stolen.dpop_key = Secret(std::string(32, 'x'));
    cr_expect(bench.refused(bench.provider.redeem(Secret(query.single("code").value().value()), stolen, bench.rules(),
                                                  Grant::of_these_alone),
                            ErrorCode::exchange_failed));
}

Test(dpop, A13_A20_L34_a_pushed_request_shows_a_proof_too) {
    DpopBench bench;
    bench.config.provider.pushed_requests = PushedRequests::always;
    bench.op.dpop.demand = NonceDemand::steady;
    cr_assert(bench.log_in().has_value());
    cr_expect(eq(sz, bench.http.count(bench.op.push_endpoint()), 2));
    cr_expect(eq(sz, bench.token_requests(), 1), "the nonce is the same server's");
    const RecordedRequest push = bench.http.last_to(bench.op.push_endpoint());
    cr_expect(eq(str, push.parameter("dpop_jkt"), text(bench.thumbprint())));
}

Test(dpop, A14_A15_C19_one_more_request_with_the_nonce_and_a_new_proof) {
    DpopBench bench;
    bench.op.dpop.demand = NonceDemand::steady;
    cr_assert(bench.log_in().has_value());
    cr_expect(eq(sz, bench.token_requests(), 2));
    cr_assert(bench.log_in().has_value());
    cr_expect(eq(sz, bench.token_requests(), 3), "the nonce is known by now");
    bench.op.dpop.turn_nonce();
    cr_assert(bench.log_in().has_value());
    cr_expect(eq(sz, bench.token_requests(), 5));
}

Test(dpop, A15_the_newest_nonce_is_taken_from_good_answers_too) {
    DpopBench bench;
    bench.op.dpop.demand = NonceDemand::turning;
    for (int i = 0; i < 5; ++i) cr_assert(bench.log_in().has_value());
    cr_expect(eq(sz, bench.token_requests(), 6));
}

Test(dpop, A15_a_server_that_is_never_content_is_asked_twice) {
    DpopBench bench;
    bench.op.dpop.demand = NonceDemand::endless;
    cr_expect(bench.refused(bench.log_in(), ErrorCode::exchange_failed));
    cr_expect(eq(sz, bench.token_requests(), 2));
    const RefreshVerdict verdict = bench.provider.refresh(bench.session_tokens(), "alice");
    cr_expect(std::holds_alternative<RefreshNotPossible>(verdict), "the session stays");
    cr_expect(eq(sz, bench.token_requests(), 4));
}

Test(dpop, A15_without_a_nonce_in_the_refusal_there_is_nothing_to_try_again) {
    DpopBench bench;
    bench.http.answer_next(bench.op.token_endpoint(), json_answer(400, R"({"error":"use_dpop_nonce"})"));
    cr_expect(bench.refused(bench.log_in(), ErrorCode::exchange_failed));
    cr_expect(eq(sz, bench.token_requests(), 1));
}

Test(dpop, C19_nothing_else_is_tried_again) {
    DpopBench bench;
    for (ScriptedAnswer answer : {json_answer(400, R"({"error":"invalid_dpop_proof"})"), json_answer(503, "{}"),
                                  failing_answer(ErrorCode::upstream_timeout)}) {
        answer.headers.add("DPoP-Nonce", "another");
        bench.http.forget_requests();
        bench.http.answer_next(bench.op.token_endpoint(), answer);
        cr_expect(not(bench.log_in().has_value()));
        cr_expect(eq(sz, bench.token_requests(), 1));
    }
}

Test(dpop, A15_another_process_takes_the_nonce_from_the_store) {
    DpopBench bench;
    bench.op.dpop.demand = NonceDemand::steady;
    cr_assert(bench.log_in().has_value());
    OidcProvider other(bench.context());
    bench.http.forget_requests();
    cr_assert(bench.log_in(other).has_value());
    cr_expect(eq(sz, bench.token_requests(), 1));
}

Test(dpop, C21_a_token_that_comes_back_unbound_logs_nobody_in) {
    DpopBench bench;
    bench.op.knobs.change_token_answer = [](Json& answer) { answer.set("token_type", "Bearer"); };
    cr_expect(bench.refused(bench.log_in(), ErrorCode::exchange_failed));
    cr_expect(eq(sz, bench.op.revoked_tokens().size(), 2u), "it is good for whoever finds it (C27)");
    cr_expect(bench.no_secret_in_the_log());
}

Test(dpop, C20_a_bound_token_that_nobody_asked_for_is_of_no_use) {
    ProviderBench bench;
    bench.op.knobs.change_token_answer = [](Json& answer) { answer.set("token_type", "DPoP"); };
    cr_expect(bench.refused(bench.redeem(), ErrorCode::exchange_failed));
}

Test(dpop, R12_a_refresh_proves_the_sessions_own_key) {
    DpopBench bench;
    const TokenSet tokens = bench.session_tokens();
    cr_assert(refreshed(bench.provider.refresh(tokens, "alice")));
    TokenSet unbound = bench.session_tokens();
    unbound.dpop_key.reset();
    cr_expect(not(refreshed(bench.provider.refresh(unbound, "alice"))));
    TokenSet anothers = bench.session_tokens();
    anothers.dpop_key = Secret(std::string(32, 'x'));
    cr_expect(not(refreshed(bench.provider.refresh(anothers, "alice"))));
}

Test(dpop, R12_a_downgrade_at_a_refresh_gives_no_token_and_ends_no_session) {
    DpopBench bench;
    bench.op.knobs.change_token_answer = [](Json& answer) { answer.set("token_type", "Bearer"); };
    cr_expect(std::holds_alternative<ProviderTrouble>(bench.provider.refresh(bench.session_tokens(), "alice")));
    cr_assert(eq(sz, bench.op.revoked_tokens().size(), 1u), "the session lives by the refresh token");
    cr_expect(bench.op.revoked_tokens().front().starts_with("canary-access-token-"));
    cr_expect(bench.no_secret_in_the_log());
}

Test(dpop, R12_an_unusable_refresh_does_not_revoke_the_token_that_the_session_has) {
    DpopBench bench;
    const TokenSet current = bench.session_tokens();
    bench.op.knobs.change_token_answer = [&](Json& answer) {
        answer.set("access_token", current.access_token.reveal());
        answer.set("expires_in", -1);
    };
    cr_expect(std::holds_alternative<ProviderTrouble>(bench.provider.refresh(current, "alice")));
    cr_expect(bench.op.revoked_tokens().empty());
}

// The tokens decide: a session from before stays what it was, one that is bound stays bound.
Test(dpop, R12_changing_the_setting_changes_no_session_that_is_there) {
    DpopBench bench;
    bench.op.knobs.require_dpop = false;
    cr_expect(refreshed(bench.provider.refresh(bench.op.issue_tokens(), "alice")));
    cr_expect(not(bench.http.last_to(bench.op.token_endpoint()).headers.find("DPoP").has_value()));
    bench.config.provider.dpop = Dpop::never;
    cr_expect(refreshed(bench.provider.refresh(bench.session_tokens(), "alice")));
    cr_expect(bench.http.last_to(bench.op.token_endpoint()).headers.find("DPoP").has_value());
}

Test(dpop, P09_A13_userinfo_is_shown_the_token_with_a_proof_of_its_own) {
    DpopBench bench;
    const TokenSet tokens = bench.session_tokens();
    const AccessToken access_token{tokens.access_token, tokens.dpop_key};
    cr_assert(bench.provider.userinfo(access_token, "alice").has_value());
    cr_expect(eq(str, bench.http.last_to(bench.op.userinfo_endpoint()).header("Authorization"),
                 "DPoP " + tokens.access_token.reveal()));
    cr_expect(eq(sz, bench.op.userinfo_dpop.proofs_taken(), 1));
}

Test(dpop, A15_userinfo_has_nonces_that_are_not_the_token_endpoints) {
    DpopBench bench;
    bench.op.dpop.demand = NonceDemand::steady;
    bench.op.userinfo_dpop.demand = NonceDemand::steady;
    const auto redeemed = bench.log_in();
    cr_assert(redeemed.has_value());
    const AccessToken access_token{redeemed->tokens.access_token, redeemed->dpop_key};
    for (int i = 0; i < 3; ++i) cr_assert(bench.provider.userinfo(access_token, "alice").has_value());
    cr_expect(eq(sz, bench.http.count(bench.op.userinfo_endpoint()), 4));
    bench.op.userinfo_dpop.demand = NonceDemand::endless;
    cr_expect(bench.provider.userinfo(access_token, "alice").error().code == ErrorCode::session_ended);
    cr_expect(eq(sz, bench.http.count(bench.op.userinfo_endpoint()), 6));
}

Test(dpop, D15_a_provider_that_cannot_sign_our_way_is_refused_by_name) {
    DpopBench bench;
    bench.op.metadata.set("dpop_signing_alg_values_supported", Json::array({"RS256", "PS256"}));
    const auto metadata = bench.provider.metadata();
    cr_assert(not(metadata.has_value()));
    cr_expect(metadata.error().detail.find("dpop_signing_alg_values_supported") != std::string::npos);
}

Test(dpop, X18_A16_what_is_signed_goes_by_the_hosts_own_clock_and_what_is_stored_by_the_servers) {
    for (const Seconds off : {Seconds{120}, Seconds{-120}}) {
        DpopBench bench;
        TwoClocks clocks(bench.clock, off);
        OidcProvider there(
            {bench.config, bench.http, bench.store, bench.keys, clocks, bench.random, bench.log, bench.client});
        cr_expect(bench.log_in(there).has_value(), "%s", bench.log.text().c_str());
        const TokenSet current = bench.session_tokens();
        const auto verdict = there.refresh(current, "alice");
        cr_assert(refreshed(verdict), "%s", bench.log.text().c_str());
        cr_expect(std::get<Refreshed>(verdict).tokens.access_expires_at == clocks.now() + Seconds{300});
        const auto told = there.userinfo(AccessToken{current.access_token, current.dpop_key}, "alice");
        cr_expect(told.has_value(), "%s", bench.log.text().c_str());
    }
}
