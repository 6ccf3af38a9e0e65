// The modules of fapi2-security-profile-final-client-test-plan, by their names (modules.tsv says what each does): plain
// FAPI with unsigned requests and plain responses. Our side is what the configuration's reader makes of a file that
// says "profile": "fapi2" and little else: private_key_jwt, pushed requests, bound tokens; the provider inside the test
// insists on all of it.
#include "crypto/signing_key.h"
#include "functions/proxy/handler.h"
#include "tests/conformance/module_run.h"
#include "tests/shared/config/scripted_sources.h"

using namespace vestibule;

namespace {

// As the file says, read by the real reader.
Config read_vector(const std::string& name, const CallbackBench& b) {
    ScriptedSources world;
    world.environment["BFF_ISSUER"] = b.op.issuer();
    auto config = read_config(text_of_file("tests/vectors/config/valid/" + name), world.sources());
    cr_assert(config.has_value(), "%s: %s", name.c_str(), places(config).c_str());
    return *std::move(config);
}

// A provider that takes a client of the profile only.
void use_profile(CallbackBench& b, const std::string& vector) {
    b.config = read_vector(vector, b);
    b.op.use_key(SigningKey::generate(KeyType::ec_p256), JwsAlgorithm::ES256);
    const Json public_key = b.config.provider.auth.keys.signing->public_jwk();
    b.op.client_key_set = Json::object({{"keys", Json::array({public_key})}}).print();
    b.op.metadata.set("token_endpoint_auth_methods_supported", Json::array({"private_key_jwt"}));
    b.op.metadata.set("token_endpoint_auth_signing_alg_values_supported", Json::array({"ES256"}));
    b.op.metadata.set("require_pushed_authorization_requests", true);
}

void use_fapi2(CallbackBench& b) {
    use_profile(b, "profile_fapi2_bound_by_dpop.jsonc");
    b.op.metadata.set("dpop_signing_alg_values_supported", Json::array({"ES256"}));
    b.op.knobs.require_dpop = true;
    for (DpopVerifier* server : {&b.op.dpop, &b.op.userinfo_dpop}) server->demand = NonceDemand::steady;
}

// The response by the browser is wrong: nobody is asked anything.
FaultyLogin bad_response(std::function<std::string(CallbackBench&, const std::string&)> change) {
    FaultyLogin fault{"a response", {}, std::move(change), {"flow_invalid"}, Calls::none, Received::nothing};
    fault.prepare = use_fapi2;
    return fault;
}

std::string inverted(std::string text) {
    for (char& c : text) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c >= 'A' && c <= 'Z' ? c + 32 : c);
    return text;
}

}  // namespace

Test(fapi2, fapi2_security_profile_final_client_test_happy_path) {
    CallbackBench b;
    use_fapi2(b);
    const std::string url = b.begin();
    cr_expect(url.find("request_uri=") != std::string::npos && url.find("code_challenge") == std::string::npos, "%s",
              url.c_str());
    const Form pushed = b.http.last_to(b.op.push_endpoint()).form();
    cr_expect(eq(str, pushed.single("code_challenge_method").value().value(), text("S256")));
    (void)expect_login(b);
    for (const std::string& at : {b.op.push_endpoint(), b.op.token_endpoint()}) {
        cr_expect(b.http.last_to(at).form().has("client_assertion"), "%s", at.c_str());
        cr_expect(not(b.http.last_to(at).headers.find("Authorization").has_value()), "%s", at.c_str());
    }
    const RecordedRequest resource = b.http.last_to(b.op.userinfo_endpoint());
    cr_expect(resource.header("Authorization").starts_with("DPoP "));
    cr_expect(eq(int, b.token_requests(), 1), "the nonce is known from the pushed request");
    cr_expect(ge(sz, b.op.dpop.proofs_taken(), 2));
    cr_expect(ge(sz, b.op.userinfo_dpop.proofs_taken(), 1));
}

Test(fapi2, fapi2_security_profile_final_client_test_happy_path_no_dpop_nonce) {
    CallbackBench b;
    use_fapi2(b);
    for (DpopVerifier* server : {&b.op.dpop, &b.op.userinfo_dpop}) server->demand = NonceDemand::none;
    (void)expect_login(b);
    cr_expect(eq(int, b.token_requests(), 1));
    cr_expect(eq(sz, b.http.count(b.op.userinfo_endpoint()), 1));
}

// The same plan with tokens that are bound to the client's certificate (RFC 8705 §3): it goes with every request, and
// no proof does.
Test(fapi2, A12_with_a_certificate_the_tokens_are_bound_to_it_instead) {
    CallbackBench b;
    use_profile(b, "profile_fapi2.jsonc");
    b.op.metadata.set("tls_client_certificate_bound_access_tokens", true);
    (void)expect_login(b);
    for (const std::string& at : {b.op.push_endpoint(), b.op.token_endpoint(), b.op.userinfo_endpoint()}) {
        const RecordedRequest request = b.http.last_to(at);
        cr_expect(request.certificate != nullptr, "%s", at.c_str());
        cr_expect(not(request.headers.find("DPoP").has_value()), "%s", at.c_str());
    }
}

// What the module's resource server says.
ScriptedAnswer oddly_spelt_challenge() {
    return {.status = 401,
            .headers = {{"WWW-Authenticate", "dPOp error=\"use_dpop_nonce\", algs=\"ES256\""},
                        {"DPoP-Nonce", "a-nonce-of-the-resource"}}};
}

Test(fapi2, fapi2_security_profile_final_client_test_rs_dpop_auth_scheme_case_insensitivity) {
    CallbackBench b;
    use_fapi2(b);
    const std::string session = expect_login(b);
    DpopVerifier api(b.clock, "api");
    std::vector<std::string> nonces;
    b.http.on("https://api.internal/*", [&](const RecordedRequest& request) -> ScriptedAnswer {
        const std::string authorization = request.header("Authorization");
        cr_expect(authorization.starts_with("DPoP "));
        cr_expect(api.verify(request, authorization.substr(5)).has_value());
        const auto proof = parse_jws(request.header("DPoP"), {JwsAlgorithm::ES256});
        nonces.push_back(Json::parse(proof.value().payload).value().string_at("nonce").value_or(""));
        return nonces.back().empty() ? oddly_spelt_challenge() : ScriptedAnswer{.body = "the account"};
    });
    Response answer = handle_proxy(fetch_request("GET", "/api/accounts", session), b.world);
    cr_expect(eq(int, +answer.status, 200));
    cr_expect(text_of(answer).find("the account") != std::string::npos);
    cr_expect(nonces == std::vector<std::string>({"", "a-nonce-of-the-resource"}), "refused, then once more with it");
    cr_expect(eq(int, b.op.token_requests(), 1), "and nothing was refreshed for it");
}

// Our own function asks a resource, too.
Test(fapi2, A15_userinfo_may_spell_its_challenge_as_it_likes) {
    CallbackBench b;
    use_fapi2(b);
    b.op.userinfo_dpop.demand = NonceDemand::none;
    const std::string session = expect_login(b);
    b.http.answer_next(b.op.userinfo_endpoint(), oddly_spelt_challenge());
    const Response claims = handle_userinfo(fetch_request("GET", "/auth/userinfo", session), b.world);
    cr_expect(eq(int, +claims.status, 200));
    cr_expect(eq(sz, b.http.count(b.op.userinfo_endpoint()), 3), "once at first, refused, once more with the nonce");
    cr_expect(eq(int, b.op.token_requests(), 1), "and nothing was refreshed for it");
}

Test(fapi2, fapi2_security_profile_final_client_test_discovery_issuer_mismatch) {
    CallbackBench b;
    use_fapi2(b);
    b.op.metadata.set("issuer", b.op.issuer() + "INVALID");
    const Response response = handle_login(navigation_request("/auth/login"), b.world);
    cr_expect(eq(int, +response.status, 503));
    cr_expect(header_of(response, "Location").empty());
    for (const RecordedRequest& request : b.http.requests())
        cr_expect(request.url == b.op.metadata_url(), "%s", request.url.c_str());
}

Test(fapi2, fapi2_security_profile_final_client_test_invalid_iss) {
    expect_rejected(bad_claims(use_fapi2, spoilt("iss")));
}

Test(fapi2, fapi2_security_profile_final_client_test_invalid_aud) {
    expect_rejected(bad_claims(use_fapi2, spoilt("aud")));
}

Test(fapi2, fapi2_security_profile_final_client_test_invalid_secondary_aud) {
    expect_rejected(bad_claims(use_fapi2, [](Json& claims) {
        claims.set("aud", Json::array({claims.string_at("aud").value_or(""), "a-client-that-is-not-there"}));
    }));
}

Test(fapi2, fapi2_security_profile_final_client_test_invalid_null_alg) {
    expect_rejected(bad_id_token(use_fapi2, [](CallbackBench& b) { b.op.knobs.change_jws = unsign; }));
}

Test(fapi2, fapi2_security_profile_final_client_test_invalid_alternate_alg) {
    expect_rejected(bad_id_token(use_fapi2, [](CallbackBench& b) {
        const auto agreed = b.config.provider.id_token_algorithms;
        sign_with(b, KeyType::rsa, JwsAlgorithm::RS256);
        b.config.provider.id_token_algorithms = agreed;
    }));
}

Test(fapi2, fapi2_security_profile_final_client_test_invalid_expired_exp) {
    expect_rejected(
        bad_claims(use_fapi2, [](Json& claims) { claims.set("exp", claims.integer_at("iat").value_or(0) - 360); }));
}

Test(fapi2, fapi2_security_profile_final_client_test_invalid_missing_exp) {
    expect_rejected(bad_claims(use_fapi2, missing("exp")));
}

Test(fapi2, fapi2_security_profile_final_client_test_invalid_missing_aud) {
    expect_rejected(bad_claims(use_fapi2, missing("aud")));
}

Test(fapi2, fapi2_security_profile_final_client_test_invalid_missing_iss) {
    expect_rejected(bad_claims(use_fapi2, missing("iss")));
}

Test(fapi2, fapi2_security_profile_final_client_test_valid_aud_as_array) {
    CallbackBench b;
    use_fapi2(b);
    b.op.knobs.change_claims = [](Json& claims) { claims.set("aud", Json::array({"spa"})); };
    (void)expect_login(b);
}

Test(fapi2, fapi2_security_profile_final_client_test_invalid_nonce) {
    expect_rejected(bad_claims(use_fapi2, spoilt("nonce")));
}

Test(fapi2, fapi2_security_profile_final_client_test_invalid_missing_nonce) {
    expect_rejected(bad_claims(use_fapi2, missing("nonce")));
}

Test(fapi2, fapi2_security_profile_final_client_test_invalid_authorization_response_iss) {
    expect_rejected(bad_response(
        [](CallbackBench&, const std::string& query) { return with(query, "iss", value_in(query, "iss") + "1"); }));
}

Test(fapi2, fapi2_security_profile_final_client_test_remove_authorization_response_iss) {
    expect_rejected(bad_response([](CallbackBench&, const std::string& query) { return without(query, "iss"); }));
}

Test(fapi2, fapi2_security_profile_final_client_test_ensure_authorization_response_with_invalid_state_fails) {
    expect_rejected(bad_response(
        [](CallbackBench&, const std::string& query) { return with(query, "state", value_in(query, "state") + "1"); }));
}

Test(fapi2, fapi2_security_profile_final_client_test_ensure_authorization_response_with_invalid_missing_state_fails) {
    expect_rejected(bad_response([](CallbackBench&, const std::string& query) { return without(query, "state"); }));
}

Test(fapi2, fapi2_security_profile_final_client_test_token_endpoint_response_without_expires_in) {
    CallbackBench b;
    use_fapi2(b);
    b.op.knobs.change_token_answer = [](Json& answer) { answer = without_member(answer, "expires_in"); };
    (void)expect_login(b);
}

Test(fapi2, fapi2_security_profile_final_client_test_token_type_case_insensitivity) {
    CallbackBench b;
    use_fapi2(b);
    b.op.knobs.change_token_answer = [](Json& answer) {
        answer.set("token_type", inverted(answer.string_at("token_type").value_or("")));
    };
    (void)expect_login(b);
}

// The resource here is UserInfo, which may refuse a token; ours refreshes once for it, and again when it is asked
// again.
Test(fapi2, fapi2_security_profile_final_client_refresh_token_test) {
    CallbackBench b;
    use_fapi2(b);
    const std::string session = expect_login(b);
    const auto ask = [&] { return handle_userinfo(fetch_request("GET", "/auth/userinfo", session), b.world).status; };
    for (const int refreshes : {1, 2}) {
        b.clock.advance(Seconds{30});
        ScriptedAnswer refused{.status = 401, .headers = {{"WWW-Authenticate", "DPoP error=\"invalid_token\""}}};
        b.http.answer_next(b.op.userinfo_endpoint(), refused);
        cr_expect(eq(int, ask(), 200));
        cr_expect(eq(int, b.op.token_requests(), 1 + refreshes));
    }
    cr_expect(eq(int, b.op.reused_refresh_tokens(), 0));
}
