// The modules of oidcc-client-basic-certification-test-plan, by their names (modules.tsv says what each does). The plan
// signs with RS256, our default.
#include "codec/base64url.h"
#include "functions/checksession/handler.h"
#include "tests/conformance/module_run.h"

using namespace vestibule;

namespace {

void use_rs256(CallbackBench& b) { sign_with(b, KeyType::rsa, JwsAlgorithm::RS256); }

}  // namespace

Test(oidc_basic, oidcc_client_test) {
    CallbackBench b;
    use_rs256(b);
    const std::string url = b.begin();
    const Form asked = Form::parse(url.substr(url.find('?') + 1)).value();
    cr_expect(asked.single("scope").value().value().starts_with("openid "));
    cr_expect(eq(str, asked.single("response_type").value().value(), text("code")));
    cr_expect(asked.single("redirect_uri").value().value().starts_with("https://"));
    (void)expect_login(b);
    cr_expect(eq(str, b.http.last_to(b.op.userinfo_endpoint()).method, text("GET")));
    cr_expect(b.http.last_to(b.op.userinfo_endpoint()).header("Authorization").starts_with("Bearer "));
}

Test(oidc_basic, oidcc_client_test_invalid_iss) { expect_rejected(bad_claims(use_rs256, spoilt("iss"))); }

Test(oidc_basic, oidcc_client_test_missing_sub) { expect_rejected(bad_claims(use_rs256, missing("sub"))); }

Test(oidc_basic, oidcc_client_test_invalid_aud) { expect_rejected(bad_claims(use_rs256, spoilt("aud"))); }

Test(oidc_basic, oidcc_client_test_missing_iat) { expect_rejected(bad_claims(use_rs256, missing("iat"))); }

Test(oidc_basic, oidcc_client_test_nonce_invalid) { expect_rejected(bad_claims(use_rs256, spoilt("nonce"))); }

Test(oidc_basic, oidcc_client_test_kid_absent_single_jwks) {
    CallbackBench b;
    use_rs256(b);
    b.op.publish_keys(jwk_set({b.op.key().public_jwk()}));
    b.op.knobs.change_header = missing("kid");
    (void)expect_login(b);
}

Test(oidc_basic, oidcc_client_test_kid_absent_multiple_jwks) {
    CallbackBench b;
    use_rs256(b);
    const SigningKey other = SigningKey::generate(KeyType::rsa);
    b.op.publish_keys(jwk_set({other.public_jwk(), b.op.key().public_jwk()}));
    b.op.knobs.change_header = missing("kid");
    (void)expect_login(b);
}

Test(oidc_basic, oidcc_client_test_idtoken_sig_rs256) {
    CallbackBench b;
    use_rs256(b);
    (void)expect_login(b);
    const Json header =
        Json::parse(base64url_decode(b.op.id_token().substr(0, b.op.id_token().find('.'))).value()).value();
    cr_expect(eq(str, header.string_at("alg").value(), text("RS256")));
}

// Both plans. The suite lets a client choose; ours refuses, and asks UserInfo nothing.
Test(oidc_basic, oidcc_client_test_idtoken_sig_none) {
    expect_rejected(bad_id_token(use_rs256, [](CallbackBench& b) { b.op.knobs.change_jws = unsign; }));
}

Test(oidc_basic, oidcc_client_test_invalid_sig_rs256) {
    expect_rejected(bad_id_token(use_rs256, [](CallbackBench& b) {
        b.op.knobs.change_jws = [](std::string& compact) {
            char& octet = compact[compact.rfind('.') + 9];
            octet = octet == 'A' ? 'B' : 'A';
        };
    }));
}

Test(oidc_basic, oidcc_client_test_userinfo_invalid_sub) {
    FaultyLogin fault{"UserInfo at login",
                      [](CallbackBench& b) {
                          b.config.session.userinfo = true;
                          b.op.knobs.change_userinfo = spoilt("sub");
                      },
                      {}};
    fault.prepare = use_rs256;
    fault.calls = Calls::token_keys_and_userinfo;
    expect_rejected(fault);

    CallbackBench later;
    use_rs256(later);
    const std::string session = expect_login(later);
    later.op.knobs.change_userinfo = spoilt("sub");
    const Response claims = handle_userinfo(fetch_request("GET", "/auth/userinfo", session), later.world);
    cr_expect(eq(int, +claims.status, 502));
    cr_expect(text_of(claims).find("alice@example.com") == std::string::npos, "nothing of it is used");
}

Test(oidc_basic, oidcc_client_test_scope_userinfo_claims) {
    CallbackBench b;
    use_rs256(b);
    b.config.provider.scope = "openid profile email address phone";
    b.config.session.userinfo = true;
    b.config.session.claims = {"sub", "name", "email", "address", "phone_number"};
    b.op.knobs.user = Json::object({});
    b.op.knobs.change_userinfo = [](Json& claims) {
        claims.set("name", "Alice Example");
        claims.set("email", "alice@example.com");
        claims.set("address", Json::object({{"country", "NL"}}));
        claims.set("phone_number", "+31 555");
    };
    const std::string session = expect_login(b);
    const Response seen = handle_checksession(fetch_request("GET", "/auth/checksession", session), b.world);
    const Json user = member(json_of(seen), "user");
    for (const char* claim : {"name", "email", "address", "phone_number"})
        cr_expect(user.find(claim) != nullptr, "%s", claim);
}

Test(oidc_basic, oidcc_client_test_client_secret_basic) {
    CallbackBench b;
    use_rs256(b);
    (void)expect_login(b);
    const RecordedRequest request = b.http.last_to(b.op.token_endpoint());
    cr_expect(eq(str, request.header("Authorization"),
                 "Basic " + base64_encode(form_encode(b.op.client_id) + ":" + form_encode(b.op.client_secret))));
    cr_expect(not(request.form().has("client_secret")));
    cr_expect(not(request.form().has("client_assertion")));
}
