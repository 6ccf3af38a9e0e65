#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "codec/base64url.h"
#include "tests/shared/provider/provider_bench.h"

using namespace vestibule;

Test(redeem, C17_the_token_request_has_exactly_these_parameters) {
    ProviderBench bench;
    const std::string code = bench.code();
    cr_assert(bench.provider.redeem(Secret(code), bench.secrets, bench.rules(), Grant::of_these_alone).has_value());
    const RecordedRequest request = bench.http.last_to(bench.op.token_endpoint());
    cr_expect(eq(str, text(request.method), text("POST")));
    cr_expect(eq(str, text(request.body),
                 "grant_type=authorization_code&code=" + code +
                     "&redirect_uri=https%3A%2F%2Fapp.example%2Fauth%2Fcallback&code_verifier=" +
                     bench.secrets.code_verifier.reveal()));
    cr_expect(eq(str, request.header("Content-Type"), text("application/x-www-form-urlencoded")));
    cr_expect(
        eq(str, request.header("Authorization"),
           "Basic " + base64_encode(form_encode(bench.op.client_id) + ":" + form_encode(bench.op.client_secret))));
}

Test(redeem, A01_client_secret_post_works_too) {
    ProviderBench bench;
    bench.config.provider.auth.method = ClientAuthMethod::client_secret_post;
    cr_assert(bench.redeem().has_value());
}

Test(redeem, a_good_answer_says_who_it_is_and_gives_the_tokens) {
    ProviderBench bench;
    const auto redeemed = bench.redeem();
    cr_assert(redeemed.has_value());
    cr_expect(eq(str, text(redeemed->identity.subject()), text("alice")));
    cr_expect(redeemed->identity.sid() == "provider-session-1");
    cr_expect(redeemed->tokens.refresh_token.has_value());
    cr_expect(redeemed->tokens.expires_in == Seconds{300});
    cr_expect(bench.no_secret_in_the_log());
}

Test(redeem, C19_a_code_is_presented_once_whatever_happens) {
    for (const ErrorCode error :
         {ErrorCode::upstream_unreachable, ErrorCode::upstream_timeout, ErrorCode::upstream_invalid}) {
        ProviderBench bench;
        bench.http.answer(bench.op.token_endpoint(), failing_answer(error));
        cr_expect(bench.refused(bench.redeem(), ErrorCode::unavailable));
        cr_expect(eq(sz, bench.http.count(bench.op.token_endpoint()), 1u));
        cr_expect(bench.no_secret_in_the_log());
    }
}

Test(redeem, C38_everything_together_keeps_to_the_time_limit) {
    ProviderBench bench;
    for (const auto& url : {bench.op.metadata_url(), bench.op.keys_url()})
        bench.http.on(url, [&, url](const RecordedRequest&) {
            return ScriptedAnswer{
                .headers = {{"Content-Type", "application/json"}},
                .body = url == bench.op.keys_url() ? jwk_set({bench.op.key().public_jwk()}) : bench.op.metadata.print(),
                .delay = Seconds{6}};
        });
    const std::string code = bench.code();
    const auto start = bench.clock.elapsed();
    cr_expect(
        not(bench.provider.redeem(Secret(code), bench.secrets, bench.rules(), Grant::of_these_alone).has_value()));
    cr_expect(bench.clock.elapsed() - start <= bench.config.provider.timeout);
}

Test(redeem, A24_what_the_token_endpoint_says_decides_between_failed_and_later) {
    const std::tuple<int, const char*, ErrorCode> table[] = {
        {400, R"({"error":"invalid_grant","error_description":"canary-description"})", ErrorCode::exchange_failed},
        {401, R"({"error":"invalid_client"})", ErrorCode::exchange_failed},
        {403, "<html>", ErrorCode::exchange_failed},
        {302, "", ErrorCode::exchange_failed},
        {200, "<html>", ErrorCode::exchange_failed},
        {200, R"({"access_token":"at","token_type":"mac"})", ErrorCode::exchange_failed},
        {429, "{}", ErrorCode::unavailable},
        {500, "<html>", ErrorCode::unavailable},
        {503, R"({"error":"invalid_grant"})", ErrorCode::unavailable},
    };
    for (const auto& [status, body, code] : table) {
        ProviderBench bench;
        bench.http.answer(bench.op.token_endpoint(), json_answer(status, body));
        cr_expect(bench.refused(bench.redeem(), code), "%d %s", status, body);
        cr_expect(eq(sz, bench.http.count(bench.op.token_endpoint()), 1u), "%d", status);
        cr_expect(bench.log.text().find("canary-description") == std::string::npos);
        cr_expect(bench.no_secret_in_the_log());
    }
}

Test(redeem, A22_a_redirect_of_the_token_endpoint_is_not_followed) {
    ProviderBench bench;
    bench.http.answer(bench.op.token_endpoint(),
                      {.status = 307, .headers = {{"Location", "https://attacker.example/token"}}});
    cr_assert(bench.refused(bench.redeem(), ErrorCode::exchange_failed));
    cr_assert(eq(sz, bench.http.count("https://attacker.example/*"), 0u));
}

Test(redeem, C26_C27_nothing_is_used_of_a_bad_answer_and_its_tokens_are_revoked) {
    using Change = std::function<void(TestProviderKnobs&)>;
    const auto claim = [](const char* name, Json value) -> Change {
        return [=](TestProviderKnobs& knobs) { knobs.change_claims = [=](Json& claims) { claims.set(name, value); }; };
    };
    const std::pair<const char*, Change> table[] = {
        {"C26 nonce", claim("nonce", "another")},
        {"I16 iss", claim("iss", "https://attacker.example")},
        {"I17 aud", claim("aud", "other")},
        {"I18 aud with a stranger", claim("aud", Json::array({"spa", "other"}))},
        {"I19 azp", claim("azp", "other")},
        {"I20 exp", claim("exp", 1)},
        {"I24 sub", claim("sub", "")},
        {"I29 at_hash", claim("at_hash", "AAAAAAAAAAAAAAAAAAAAAA")},
        {"I31 events", claim("events", Json::object())},
        {"I04 none",
         [](TestProviderKnobs& knobs) { knobs.change_header = [](Json& header) { header.set("alg", "none"); }; }},
        {"I04 none without a signature",
         [](TestProviderKnobs& knobs) {
             knobs.change_header = [](Json& header) { header.set("alg", "none"); };
             knobs.change_jws = [](std::string& jws) { jws.resize(jws.rfind('.') + 1); };
         }},
        {"I03 an algorithm nobody registered",
         [](TestProviderKnobs& knobs) { knobs.change_header = [](Json& header) { header.set("alg", "ES384"); }; }},
        {"I32 typ",
         [](TestProviderKnobs& knobs) { knobs.change_header = [](Json& header) { header.set("typ", "at+jwt"); }; }},
        {"I01 garbage", [](TestProviderKnobs& knobs) { knobs.change_jws = [](std::string& jws) { jws = "a.b"; }; }},
        {"I35 encrypted",
         [](TestProviderKnobs& knobs) { knobs.change_jws = [](std::string& jws) { jws = "e30.e30.e30.e30.e30"; }; }},
        {"C22 no id_token",
         [](TestProviderKnobs& knobs) {
             knobs.change_token_answer = [](Json& answer) { answer.set("id_token", nullptr); };
         }},
    };
    for (const auto& [name, change] : table) {
        ProviderBench bench;
        change(bench.op.knobs);
        const auto redeemed = bench.redeem();
        cr_expect(bench.refused(redeemed, ErrorCode::identity_rejected), "%s: %s", name,
                  redeemed ? "accepted" : redeemed.error().detail.c_str());
        cr_expect(eq(sz, bench.http.count(bench.op.userinfo_endpoint()), 0u), "%s", name);
        cr_expect(eq(sz, bench.op.revoked_tokens().size(), 2u), "%s", name);
        cr_expect(bench.no_secret_in_the_log());
    }
}

Test(redeem, I27_I28_what_was_asked_for_is_checked) {
    ProviderBench bench;
    IdTokenRules rules = bench.rules();
    rules.max_age = Seconds{60};
    rules.acr_values = {"gold"};
    cr_expect(bench.refused(bench.provider.redeem(Secret(bench.code()), bench.secrets, rules, Grant::of_these_alone),
                            ErrorCode::identity_rejected));
    cr_expect(eq(sz, bench.op.revoked_tokens().size(), 2u));
    cr_expect(bench.refused(bench.provider.redeem(Secret(bench.code()), bench.secrets, rules, Grant::may_be_a_sessions),
                            ErrorCode::identity_rejected));
    cr_expect(eq(sz, bench.op.revoked_tokens().size(), 3u), "the session may live by the grant of the refresh token");
    bench.op.knobs.change_claims = [](Json& claims) { claims.set("acr", "gold"); };
    cr_expect(bench.provider.redeem(Secret(bench.code()), bench.secrets, rules, Grant::of_these_alone).has_value());
}

// Whatever the status: tokens that came are good for whoever finds them.
Test(redeem, C27_tokens_in_a_refusal_are_revoked) {
    const std::string body =
        R"({"error":"invalid_grant","access_token":"at","token_type":"Bearer","refresh_token":"rt"})";
    for (const int status : {201, 302, 400, 401, 403, 429, 500, 503}) {
        ProviderBench bench;
        bench.http.answer(bench.op.token_endpoint(), json_answer(status, body));
        cr_expect(not(bench.redeem().has_value()), "%d", status);
        cr_expect(bench.op.revoked_tokens() == std::vector<std::string>({"rt", "at"}), "%d", status);
        (void)bench.provider.redeem(Secret(bench.code()), bench.secrets, bench.rules(), Grant::may_be_a_sessions);
        cr_expect(bench.op.revoked_tokens() == std::vector<std::string>({"rt", "at", "at"}), "%d", status);
    }
}

Test(redeem, C27_a_refusal_without_tokens_is_followed_by_no_call) {
    ProviderBench bench;
    for (const char* body : {R"({"error":"invalid_grant"})", "<html>", "", "[]", R"({"access_token":7})"}) {
        bench.http.answer(bench.op.token_endpoint(), json_answer(400, body));
        cr_expect(not(bench.redeem().has_value()));
    }
    cr_expect(eq(sz, bench.http.count(bench.op.revocation_endpoint()), 0u));
}

// The answer came when the time for it was all but over; what has to be revoked has a time of its own.
Test(redeem, C27_C38_what_came_at_the_last_moment_is_revoked_too) {
    ProviderBench bench;
    bench.op.knobs.change_token_response = [&](ScriptedAnswer& answer) {
        answer.delay = bench.config.provider.timeout - Milliseconds{1};
    };
    bench.http.answer(bench.op.keys_url(), {.status = 200, .delay = Milliseconds{2}});
    const std::string code = bench.code();
    const auto start = bench.clock.elapsed();
    cr_expect(bench.refused(bench.provider.redeem(Secret(code), bench.secrets, bench.rules(), Grant::of_these_alone),
                            ErrorCode::unavailable));
    cr_expect(eq(sz, bench.op.revoked_tokens().size(), 2u));
    cr_expect(bench.clock.elapsed() - start <= bench.config.provider.timeout + Seconds{2});
}

Test(redeem, C38_the_callers_own_limit_counts) {
    ProviderBench bench;
    const std::string code = bench.code();
    bench.http.answer(bench.op.token_endpoint(), {.status = 200, .delay = Seconds{5}});
    const auto start = bench.clock.elapsed();
    (void)bench.provider.redeem(Secret(code), bench.secrets, bench.rules(), Grant::of_these_alone,
                                Deadline(bench.clock, Seconds{1}));
    cr_expect(bench.clock.elapsed() - start <= Seconds{1});
}

Test(redeem, a_wrong_verifier_fails_at_the_provider) {
    ProviderBench bench;
    cr_assert(bench.refused(
        bench.provider.redeem(Secret(bench.code()), FlowSecrets{"nonce-1", Secret("another"), bench.secrets.dpop_key},
                              bench.rules(), Grant::of_these_alone),
        ErrorCode::exchange_failed));
    cr_assert(eq(str, bench.log.last("token.refused")->text("reason"), text("status 400, invalid_grant")));
}

Test(redeem, G03_an_error_code_that_is_none_is_not_logged) {
    ProviderBench bench;
    bench.http.answer(bench.op.token_endpoint(), json_answer(400, R"({"error":"<b>canary</b> x"})"));
    cr_assert(bench.refused(bench.redeem(), ErrorCode::exchange_failed));
    cr_assert(eq(str, bench.log.last("token.refused")->text("reason"), text("status 400, other")));
}

Test(redeem, every_algorithm_we_accept_works_from_end_to_end) {
    using enum JwsAlgorithm;
    const std::pair<KeyType, JwsAlgorithm> table[] = {
        {KeyType::ec_p256, ES256}, {KeyType::ec_p384, ES384}, {KeyType::ec_p521, ES512}, {KeyType::ed25519, EdDSA},
        {KeyType::rsa, RS256},     {KeyType::rsa, RS384},     {KeyType::rsa, RS512},     {KeyType::rsa, PS256},
        {KeyType::rsa, PS384},     {KeyType::rsa, PS512},
    };
    for (const auto& [type, algorithm] : table) {
        ProviderBench bench;
        bench.op.use_key(SigningKey::generate(type), algorithm);
        bench.op.metadata.set("id_token_signing_alg_values_supported", Json::array({name_of(algorithm)}));
        bench.op.configure(bench.config.provider);
        cr_expect(bench.redeem().has_value(), "%s", std::string(name_of(algorithm)).c_str());
    }
}
