#include "oauth/id_token.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "codec/base64url.h"
#include "crypto/hash.h"
#include "tests/shared/oauth/json_vectors.h"
#include "tests/shared/oauth/signed_claims.h"
#include "tests/support/text.h"

using namespace vestibule;

namespace {

constexpr std::int64_t kNow = 1767225600;

Json good_claims() {
    return Json::object({{"iss", "https://id.example"},
                         {"sub", "alice"},
                         {"aud", "spa"},
                         {"iat", kNow},
                         {"exp", kNow + 300},
                         {"nonce", "n-0S6_WzA2Mj"}});
}

Json claims_with(const char* name, Json value) {
    Json claims = good_claims();
    claims.set(name, std::move(value));
    return claims;
}

IdTokenRules rules() {
    IdTokenRules rules;
    rules.issuer = "https://id.example";
    rules.client_id = "spa";
    rules.nonce = "n-0S6_WzA2Mj";
    rules.now = WallTime{Seconds{kNow}};
    return rules;
}

bool accepts(const Json& claims, const IdTokenRules& by = rules()) {
    const auto verified = verify_id_token(signed_claims(claims), by);
    if (!verified) cr_expect(verified.error().code == ErrorCode::identity_rejected);
    return verified.has_value();
}

}  // namespace

Test(id_token, a_good_one_is_accepted_and_says_who_it_is) {
    const auto verified = verify_id_token(signed_claims(claims_with("sid", "s-1")), rules());
    cr_assert(verified.has_value());
    cr_assert(eq(str, text(verified->subject()), text("alice")));
    cr_assert(verified->sid() == "s-1");
    cr_assert(verified->claims() == claims_with("sid", "s-1"));
}

Test(id_token, I16_to_I34_every_bad_one_is_rejected) {
    for (const JsonVector& vector : json_vectors("id_tokens_rejected.json", good_claims(), 70)) {
        const auto verified = verify_id_token(signed_claims(vector.object, vector.header), rules());
        cr_expect(not(verified.has_value()), "accepted: %s", vector.name.c_str());
        if (!verified) cr_expect(verified.error().code == ErrorCode::identity_rejected, "%s", vector.name.c_str());
    }
}

Test(id_token, I16_to_I34_every_good_one_is_accepted) {
    for (const JsonVector& vector : json_vectors("id_tokens_accepted.json", good_claims(), 15)) {
        const auto verified = verify_id_token(signed_claims(vector.object, vector.header), rules());
        cr_expect(verified.has_value(), "rejected: %s: %s", vector.name.c_str(),
                  verified ? "" : verified.error().detail.c_str());
    }
}

Test(id_token, G03_no_value_of_the_token_is_in_the_reason) {
    const auto verified = verify_id_token(signed_claims(claims_with("aud", "canary-audience")), rules());
    cr_assert(not(verified.has_value()));
    cr_assert(verified.error().detail.find("canary") == std::string::npos);
}

Test(id_token, I20_a_token_with_exp_equal_to_now_minus_skew_is_expired) {
    cr_expect(not(accepts(claims_with("exp", kNow - 30))));
    cr_expect(accepts(claims_with("exp", kNow - 29)));
    IdTokenRules strict = rules();
    strict.clock_skew = Seconds{0};
    cr_expect(not(accepts(claims_with("exp", kNow), strict)));
    cr_expect(accepts(claims_with("exp", kNow + 1), strict));
}

Test(id_token, I22_a_wide_clock_skew_widens_iat_too) {
    IdTokenRules wide = rules();
    wide.clock_skew = Seconds{300};
    cr_expect(accepts(claims_with("iat", kNow + 300), wide));
    cr_expect(not(accepts(claims_with("iat", kNow + 301), wide)));
}

Test(id_token, I22_at_a_refresh_an_old_iat_is_no_fault) {
    IdTokenRules refresh = rules();
    refresh.nonce.reset();
    cr_expect(accepts(claims_with("iat", kNow - 7200), refresh));
}

Test(id_token, R05_at_a_refresh_the_subject_must_be_the_same) {
    IdTokenRules refresh = rules();
    refresh.nonce.reset();
    refresh.subject = "alice";
    cr_expect(accepts(good_claims(), refresh));
    refresh.subject = "Alice";
    cr_expect(not(accepts(good_claims(), refresh)));
    refresh.subject = "";
    cr_expect(not(accepts(good_claims(), refresh)));
}

Test(id_token, I33_an_escaped_subject_is_the_same_subject) {
    const SigningKey key = SigningKey::ed25519(std::string(32, '\x42'));
    std::string payload = good_claims().print();
    payload.replace(payload.find("alice"), 5, "\\u0061lice");
    const auto compact = sign_jws(key, JwsAlgorithm::EdDSA, R"({"alg":"EdDSA"})", payload);
    const auto keys = verification_keys(Json::parse(jwk_set({key.public_jwk()})).value()).value();
    const auto jws = verify_jws(parse_jws(compact, {JwsAlgorithm::EdDSA}).value(), keys);
    cr_assert(jws.has_value());
    IdTokenRules refresh = rules();
    refresh.subject = "alice";
    cr_assert(verify_id_token(*jws, refresh).has_value());
}

Test(id_token, I27_with_max_age_auth_time_is_needed_and_must_be_recent) {
    IdTokenRules fresh = rules();
    fresh.max_age = Seconds{600};
    cr_expect(not(accepts(good_claims(), fresh)), "missing");
    cr_expect(not(accepts(claims_with("auth_time", std::to_string(kNow)), fresh)), "a string");
    cr_expect(accepts(claims_with("auth_time", kNow - 630), fresh), "max_age and skew");
    cr_expect(not(accepts(claims_with("auth_time", kNow - 631), fresh)), "a second more");
    cr_expect(not(accepts(claims_with("auth_time", kNow + 61), fresh)), "the future");
    cr_expect(accepts(claims_with("auth_time", kNow - 100000)), "nobody asked");
    fresh.max_age = Seconds{0};
    cr_expect(accepts(claims_with("auth_time", kNow), fresh), "just now");
    cr_expect(not(accepts(claims_with("auth_time", kNow - 31), fresh)), "max_age=0");
}

Test(id_token, I28_acr_must_be_one_of_those_asked_for) {
    IdTokenRules strong = rules();
    strong.acr_values = {"urn:example:gold", "2"};
    cr_expect(not(accepts(good_claims(), strong)), "missing");
    cr_expect(accepts(claims_with("acr", "urn:example:gold"), strong));
    cr_expect(not(accepts(claims_with("acr", "urn:example:silver"), strong)));
    cr_expect(not(accepts(claims_with("acr", "3"), strong)), "never by order");
    cr_expect(not(accepts(claims_with("acr", 2), strong)), "a number is no string");
    cr_expect(not(accepts(claims_with("acr", Json::array({"2"})), strong)));
}

Test(id_token, I29_at_hash_where_there_is_one_must_be_of_this_access_token) {
    IdTokenRules with_token = rules();
    with_token.access_token = "the-access-token";
    const std::string good = token_hash("the-access-token", JwsAlgorithm::EdDSA);
    cr_expect(accepts(good_claims(), with_token), "absent is fine in the code flow");
    cr_expect(accepts(claims_with("at_hash", good), with_token));
    cr_expect(not(accepts(claims_with("at_hash", token_hash("another", JwsAlgorithm::EdDSA)), with_token)));
    cr_expect(not(accepts(claims_with("at_hash", token_hash("the-access-token", JwsAlgorithm::RS256)), with_token)));
    cr_expect(not(accepts(claims_with("at_hash", ""), with_token)));
    cr_expect(not(accepts(claims_with("at_hash", 1), with_token)));
    cr_expect(not(accepts(claims_with("at_hash", good + "="), with_token)));
}

Test(id_token, I29_the_example_of_core_appendix_A3) {
    // OpenID Connect Core, appendix A.3: RS256.
    cr_assert(eq(str, token_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", JwsAlgorithm::RS256),
                 text("77QmUPtjPfzWtF2AnpK9RQ")));
}

Test(id_token, I29_the_hash_goes_with_the_algorithm) {
    using enum JwsAlgorithm;
    const auto left_half = [](const std::string& hash) { return base64url_encode(hash.substr(0, hash.size() / 2)); };
    for (JwsAlgorithm algorithm : {RS256, PS256, ES256})
        cr_expect(eq(str, token_hash("t", algorithm), left_half(sha256("t"))));
    for (JwsAlgorithm algorithm : {RS384, PS384, ES384})
        cr_expect(eq(str, token_hash("t", algorithm), left_half(sha384("t"))));
    for (JwsAlgorithm algorithm : {RS512, PS512, ES512, EdDSA})
        cr_expect(eq(str, token_hash("t", algorithm), left_half(sha512("t"))));
}

Test(id_token, I30_two_hundred_claims_more_are_ignored) {
    Json claims = good_claims();
    for (int i = 0; i < 200; ++i) claims.set("extra" + std::to_string(i), i);
    cr_assert(accepts(claims));
}

Test(id_token, an_empty_sid_is_none) {
    cr_assert(not(verify_id_token(signed_claims(claims_with("sid", "")), rules())->sid().has_value()));
}
