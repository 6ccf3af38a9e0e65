// Checklist I01–I14, I35: the form, the algorithm, the key and the signature of an ID token, seen from a login.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <algorithm>

#include "crypto/hash.h"
#include "tests/conformance/login_outcome.h"

using namespace vestibule;

namespace {

using enum JwsAlgorithm;

std::string rejected() { return "identity_rejected"; }

// A key that is not among those published may be one of a newer set: "nobody can tell" is an honest answer, too.
bool is_refusal(const std::string& outcome) { return outcome == rejected() || outcome == "unavailable"; }

std::string header_text(const LoginOutcome& login, const std::string& more = "") {
    return R"({"alg":"ES256","kid":")" + login.op.kid() + '"' + more + '}';
}

// The octets of a PEM text.
std::string der_of(std::string pem) {
    pem = pem.substr(pem.find('\n') + 1);
    pem.resize(pem.find("-----END"));
    std::erase_if(pem, [](char c) { return c == '\n' || c == '='; });
    std::replace(pem.begin(), pem.end(), '+', '-');
    std::replace(pem.begin(), pem.end(), '/', '_');
    return base64url_decode(pem).value();
}

}  // namespace

Test(id_token_signature, I01_I35_a_compact_jws_of_three_parts_and_nothing_else) {
    const std::pair<const char*, std::function<void(std::string&)>> table[] = {
        {"two parts", [](std::string& jws) { jws.resize(jws.rfind('.')); }},
        {"four parts", [](std::string& jws) { jws += ".AAAA"; }},
        {"five parts: JWE",
         [](std::string& jws) { jws = "eyJhbGciOiJSU0ExXzUiLCJ6aXAiOiJERUYifQ.AAAA.AAAA.AAAA.AAAA"; }},
        {"padding", [](std::string& jws) { jws += "="; }},
        {"a blank", [](std::string& jws) { jws += " "; }},
        {"a line end", [](std::string& jws) { jws.insert(jws.find('.'), "\n"); }},
        {"the other alphabet", [](std::string& jws) { jws[jws.size() - 3] = '+'; }},
        {"JSON serialization", [](std::string& jws) { jws = R"({"payload":"e30","signatures":[]})"; }},
        {"empty", [](std::string& jws) { jws = ".."; }},
    };
    for (const auto& [name, change] : table) {
        LoginOutcome login;
        login.op.knobs.change_jws = change;
        cr_expect(eq(str, login.outcome(), rejected()), "%s", name);
    }
}

Test(id_token_signature, I35_an_encrypted_one_is_named_in_the_log_with_the_remedy) {
    LoginOutcome login;
    login.op.knobs.change_jws = [](std::string& jws) { jws = "e30.AAAA.AAAA.AAAA.AAAA"; };
    cr_assert(eq(str, login.outcome(), rejected()));
    cr_expect(login.reason().find("encrypted (JWE), which is not in this build") != std::string::npos);
    cr_expect(login.reason().find("_encrypted_response_alg") != std::string::npos);
}

Test(id_token_signature, I02_I07_I08_the_header_is_one_plain_object_without_extensions) {
    LoginOutcome good;
    good.with_header(header_text(good));
    cr_assert(eq(str, good.outcome(), text("")), "the way this test signs is right");
    const std::string table[] = {
        R"({"alg":"ES256","alg":"ES256","kid":"key-1"})",
        R"({"alg":"ES256","\u0061lg":"none","kid":"key-1"})",
        "\xEF\xBB\xBF"
        R"({"alg":"ES256","kid":"key-1"})",
        std::string("{\0\"\0a\0", 6),
        R"([{"alg":"ES256"}])",
        "",
        R"({"alg":"ES256","kid":"key-1"} {})",
        header_text(good, R"(,"x":")" + std::string(100 * 1000, 'x') + '"'),
        header_text(good, R"(,"x":)" + std::string(100, '[') + std::string(100, ']')),
        header_text(good, R"(,"crit":["exp"])"),
        header_text(good, R"(,"crit":[])"),
        header_text(good, R"(,"crit":null)"),
        header_text(good, R"(,"crit":["b64"],"b64":false)"),
        header_text(good, R"(,"b64":false)"),
        R"({"alg":"ES256","kid":"' OR 1=1--"})",
        R"({"alg":"ES256","kid":"../../etc/passwd"})",
        R"({"alg":"ES256","kid":["key-1"]})",
        R"({"alg":"ES256","kid":")" + std::string(64 * 1024, 'k') + "\"}",
    };
    for (const std::string& header : table) {
        LoginOutcome login;
        login.with_header(header);
        const std::string outcome = login.outcome();
        cr_expect(is_refusal(outcome), "%s: %s", header.substr(0, 60).c_str(), outcome.c_str());
        cr_expect(login.log.text().find("1=1") == std::string::npos, "the kid is not logged");
    }
}

Test(id_token_signature, I03_I04_every_algorithm_but_the_registered_one_is_refused) {
    for (const char* name : {"none",  "None",  "nOnE",    "NONE",   " none", "",       "HS256",    "HS384",
                             "HS512", "RS256", "RS384",   "RS512",  "PS256", "PS384",  "PS512",    "ES384",
                             "ES512", "EdDSA", "Ed25519", "ES256K", "es256", "ES256 ", "ML-DSA-44"}) {
        LoginOutcome login;
        login.op.knobs.change_header = [name](Json& header) { header.set("alg", name); };
        cr_expect(eq(str, login.outcome(), rejected()), "%s", name);
    }
    LoginOutcome missing;
    missing.with_header(R"({"kid":"key-1"})");
    cr_expect(eq(str, missing.outcome(), rejected()));
    LoginOutcome unsigned_token;
    unsigned_token.op.knobs.change_jws = [](std::string& jws) { jws.resize(jws.rfind('.') + 1); };
    cr_expect(eq(str, unsigned_token.outcome(), rejected()));
}

Test(id_token_signature, I05_an_hmac_is_refused_whatever_its_key_is) {
    const SigningKey key = SigningKey::generate(KeyType::rsa);
    const std::string jwk = key.public_jwk("key-1", "RS256"), pem = key.public_pem();
    const std::string der = der_of(pem);
    for (const std::string& secret : {pem, der, jwk, std::string("s:e%cr+t/é"), std::string("")}) {
        LoginOutcome login;
        login.sign_with(key, RS256, jwk_set({jwk}));
        cr_expect(eq(str, login.outcome(), text("")), "it works when it is right");
        login.op.knobs.change_header = [](Json& header) { header.set("alg", "HS256"); };
        login.with_signature([&](const std::string& input) { return hmac_sha256(secret, input); });
        cr_expect(eq(str, login.outcome(), rejected()));
    }
}

Test(id_token_signature, I05_the_alg_of_a_key_must_be_the_tokens) {
    const SigningKey key = SigningKey::generate(KeyType::rsa);
    for (const char* alg : {"RS512", "PS256", "RSA-OAEP", "HS256", "rs256"}) {
        LoginOutcome login;
        login.sign_with(key, RS256, jwk_set({key.public_jwk("key-1", alg)}));
        const std::string outcome = login.outcome();
        cr_expect(is_refusal(outcome), "%s: %s", alg, outcome.c_str());
    }
}

Test(id_token_signature, I09_decoys_under_one_kid_are_passed_over_by_type_use_alg_and_curve) {
    const SigningKey rsa = SigningKey::generate(KeyType::rsa), p256 = SigningKey::generate(KeyType::ec_p256);
    const SigningKey p384 = SigningKey::generate(KeyType::ec_p384), ed = SigningKey::generate(KeyType::ed25519);
    const SigningKey decoy = SigningKey::generate(KeyType::rsa), ec_decoy = SigningKey::generate(KeyType::ec_p256);
    const std::string published =
        jwk_set({decoy.public_jwk("key-1", "RSA-OAEP", "enc"), decoy.public_jwk("key-1", "RS256"),
                 ec_decoy.public_jwk("key-1", "ES256", "enc"), ec_decoy.public_jwk("key-1", "ES256"),
                 rsa.public_jwk("key-1", "PS256"), p384.public_jwk("key-1", "ES384"), p256.public_jwk("key-1", "ES256"),
                 ed.public_jwk("key-1", "EdDSA")});
    const std::pair<const SigningKey*, JwsAlgorithm> table[] = {
        {&rsa, PS256}, {&p256, ES256}, {&p384, ES384}, {&ed, EdDSA}};
    for (const auto& [key, algorithm] : table) {
        LoginOutcome login;
        login.sign_with(*key, algorithm, published);
        cr_expect(eq(str, login.outcome(), text("")), "%s", std::string(name_of(algorithm)).c_str());
        cr_expect(eq(sz, login.http.count(login.op.keys_url()), 1u));
    }
}

Test(id_token_signature, I10_without_a_kid_the_one_key_or_the_matching_ones_are_tried) {
    const SigningKey key = SigningKey::generate(KeyType::ec_p256), other = SigningKey::generate(KeyType::ec_p256);
    const SigningKey rsa = SigningKey::generate(KeyType::rsa);
    for (const std::string& published : {jwk_set({key.public_jwk("key-1")}), jwk_set({key.public_jwk()}),
                                         jwk_set({rsa.public_jwk("a"), other.public_jwk("b"), key.public_jwk("c")})}) {
        LoginOutcome login;
        login.sign_with(key, ES256, published);
        login.with_header(R"({"alg":"ES256"})");
        cr_expect(eq(str, login.outcome(), text("")), "%s", published.c_str());
    }
    LoginOutcome stranger;
    stranger.sign_with(key, ES256, jwk_set({rsa.public_jwk("a"), other.public_jwk("b")}));
    stranger.with_header(R"({"alg":"ES256"})");
    const std::string outcome = stranger.outcome();
    cr_expect(is_refusal(outcome), "%s", outcome.c_str());
}

Test(id_token_signature, I11_D14_keys_that_are_not_for_verifying_are_left_out_and_do_no_harm) {
    const SigningKey key = SigningKey::generate(KeyType::ec_p256);
    const auto with = [&](const char* name, const Json& value) {
        Json jwk = Json::parse(key.public_jwk("key-1", "ES256")).value();
        jwk.set(name, value);
        return jwk.print();
    };
    const std::string odd = R"({"kty":"AKP","kid":"pq","alg":"ML-DSA-44","pub":"AAAA"})";
    const std::string symmetric = R"({"kty":"oct","kid":"key-1","k":"c2VjcmV0"})";
    LoginOutcome mixed;
    mixed.sign_with(key, ES256, jwk_set({odd, symmetric, "7", "{}", with("use", "enc"), key.public_jwk("key-1")}));
    cr_expect(eq(str, mixed.outcome(), text("")));
    for (const std::string& only : {with("use", "enc"), with("use", 7), with("key_ops", Json::array({"sign"})),
                                    with("key_ops", "verify"), with("d", "c2VjcmV0"), symmetric}) {
        LoginOutcome login;
        login.sign_with(key, ES256, jwk_set({only}));
        const std::string outcome = login.outcome();
        cr_expect(is_refusal(outcome), "%s: %s", only.c_str(), outcome.c_str());
    }
}

Test(id_token_signature, I12_weak_or_wrong_keys_verify_nothing) {
    const SigningKey short_rsa = SigningKey::generate_rsa(1024, 65537), small_e = SigningKey::generate_rsa(2048, 3);
    const SigningKey good_rsa = SigningKey::generate_rsa(2048, 65537);
    for (const SigningKey* key : {&short_rsa, &small_e, &good_rsa}) {
        LoginOutcome login;
        login.sign_with(*key, RS256, jwk_set({key->public_jwk("key-1")}));
        const std::string outcome = login.outcome();
        cr_expect(key == &good_rsa ? outcome.empty() : is_refusal(outcome), "%s", outcome.c_str());
    }
    const SigningKey p256 = SigningKey::generate(KeyType::ec_p256), p384 = SigningKey::generate(KeyType::ec_p384);
    Json off_curve = Json::parse(p256.public_jwk("key-1")).value();
    off_curve.set("y", off_curve.string_at("x").value());
    Json short_point = Json::parse(p256.public_jwk("key-1")).value();
    short_point.set("x", base64url_encode(std::string(31, 'x')));
    for (const std::string& jwk : {off_curve.print(), short_point.print(), p384.public_jwk("key-1")}) {
        LoginOutcome login;
        login.sign_with(p256, ES256, jwk_set({jwk}));
        const std::string outcome = login.outcome();
        cr_expect(is_refusal(outcome), "%s: %s", jwk.c_str(), outcome.c_str());
    }
    LoginOutcome right;
    right.sign_with(p256, ES256, jwk_set({p256.public_jwk("key-1")}));
    cr_expect(eq(str, right.outcome(), text("")), "the good key of the same kind verifies");
}

Test(id_token_signature, I13_I14_signatures_of_the_wrong_shape_are_refused) {
    const auto zeros = [](const std::string&) { return std::string(64, '\0'); };
    LoginOutcome login;
    const SigningKey ec = login.op.key();
    for (const auto& sign : std::vector<std::function<std::string(const std::string&)>>{
             [&](const std::string& input) { return ec.der_signature(ES256, input); }, zeros,
             [&](const std::string& input) { return ec.signature(ES256, input).substr(1); },
             [&](const std::string& input) { return ec.signature(ES256, input) + '\0'; }}) {
        login.with_signature(sign);
        cr_expect(is_refusal(login.outcome()));  // after the first the keys are not asked for again so soon
    }
    const SigningKey rsa = SigningKey::generate(KeyType::rsa);
    for (const int salt : {0, 20, 32, 64}) {
        LoginOutcome pss;
        pss.sign_with(rsa, PS256, jwk_set({rsa.public_jwk("key-1")}));
        pss.with_signature([&](const std::string& input) { return rsa.signature(PS256, input, salt); });
        cr_expect(eq(str, pss.outcome(), salt == 32 ? std::string() : rejected()), "salt of %d", salt);
    }
}

Test(id_token_signature, I06_nothing_the_token_brings_along_is_a_key) {
    const SigningKey attacker = SigningKey::generate(KeyType::ec_p256);
    LoginOutcome login;
    login.op.knobs.change_header = [&](Json& header) {
        header.set("jwk", Json::parse(attacker.public_jwk()).value());
        header.set("jku", "https://attacker.example/keys");
        header.set("x5u", "https://attacker.example/chain");
        header.set("x5c", Json::array({"AAAA"}));
    };
    cr_expect(eq(str, login.outcome(), text("")), "they are ignored, not forbidden");
    login.with_signature([&](const std::string& input) { return attacker.signature(ES256, input); });
    cr_expect(eq(str, login.outcome(), rejected()));
    cr_expect(eq(sz, login.http.count("https://attacker.example/*"), 0u));
}
