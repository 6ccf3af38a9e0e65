#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <openssl/err.h>

#include <array>

#include "codec/base64url.h"
#include "crypto/hash.h"
#include "crypto/jws.h"
#include "crypto/signature.h"
#include "tests/shared/crypto/jws_vectors.h"
#include "tests/support/jws_signer.h"

using namespace vestibule;

namespace {

using enum JwsAlgorithm;

const std::vector<JwsAlgorithm> kEvery{RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA};
constexpr std::string_view kClaims = R"({"sub":"alice"})";

std::vector<VerificationKey> keys_of(std::initializer_list<std::string> jwks) {
    return verification_keys(Json::parse(jwk_set(jwks)).value()).value();
}

enum class Verdict { verified, no_matching_key, bad_signature, bad_payload, malformed };

Verdict verdict_on(std::string_view compact, const std::vector<VerificationKey>& keys) {
    const auto jws = parse_jws(compact, kEvery);
    if (!jws) return Verdict::malformed;
    const auto verified = verify_jws(*jws, keys);
    if (verified) return Verdict::verified;
    if (verified.error() == JwsFailure::no_matching_key) return Verdict::no_matching_key;
    return verified.error() == JwsFailure::bad_signature ? Verdict::bad_signature : Verdict::bad_payload;
}

KeyType type_for(JwsAlgorithm algorithm) {
    switch (algorithm) {
        case ES256: return KeyType::ec_p256;
        case ES384: return KeyType::ec_p384;
        case ES512: return KeyType::ec_p521;
        case EdDSA: return KeyType::ed25519;
        default: return KeyType::rsa;
    }
}

std::string header_of(JwsAlgorithm algorithm) { return R"({"alg":")" + std::string(name_of(algorithm)) + "\"}"; }

// A JWS of `algorithm` with this signature over its own signing input.
template <class Sign>
std::string signed_by(JwsAlgorithm algorithm, Sign sign) {
    const std::string input = base64url_encode(header_of(algorithm)) + '.' + base64url_encode(kClaims);
    return input + '.' + base64url_encode(sign(input));
}

std::string with_signature(JwsAlgorithm algorithm, const std::string& signature) {
    return signed_by(algorithm, [&](const std::string&) { return signature; });
}

std::string flipped_octet(std::string octets, std::size_t i) {
    octets[i] = static_cast<char>(octets[i] ^ 1);
    return octets;
}

}  // namespace

Test(jws_verify, the_examples_of_rfc_7515_verify) {
    cr_expect(verdict_on(published::kRs256, keys_of({std::string(published::kRs256Key)})) == Verdict::verified);
    cr_expect(verdict_on(published::kEs256, keys_of({std::string(published::kEs256Key)})) == Verdict::verified);
    // Signed, but its payload is plain text.
    cr_expect(verdict_on(published::kEs512, keys_of({std::string(published::kEs512Key)})) == Verdict::bad_payload);
}

Test(jws_verify, the_example_of_rfc_8037_verifies_and_our_signer_makes_the_same) {
    cr_expect(verdict_on(published::kEd25519, keys_of({std::string(published::kEd25519Key)})) == Verdict::bad_payload);
    const auto key = SigningKey::ed25519(base64url_decode(published::kEd25519Private).value());
    cr_expect(
        eq(sign_jws(key, EdDSA, R"({"alg":"EdDSA"})", "Example of Ed25519 signing"), std::string(published::kEd25519)));
}

Test(jws_verify, every_algorithm_verifies_its_own_signature_and_no_other) {
    for (const KeyType type : {KeyType::rsa, KeyType::ec_p256, KeyType::ec_p384, KeyType::ec_p521, KeyType::ed25519}) {
        const auto key = SigningKey::generate(type);
        const auto keys = keys_of({key.public_jwk()});
        for (const JwsAlgorithm made : kEvery) {
            if (type_for(made) != type) continue;
            for (const JwsAlgorithm named : kEvery) {
                const std::string compact =
                    signed_by(named, [&](const std::string& input) { return key.signature(made, input); });
                const Verdict expected = named == made             ? Verdict::verified
                                         : type_for(named) == type ? Verdict::bad_signature
                                                                   : Verdict::no_matching_key;
                cr_expect(verdict_on(compact, keys) == expected, "%s named %s", std::string(name_of(made)).c_str(),
                          std::string(name_of(named)).c_str());
            }
        }
    }
    cr_expect(eq(ulong, ERR_peek_error(), 0u), "the error queue is left clean");
}

Test(jws_verify, gives_header_claims_and_algorithm) {
    const auto key = SigningKey::generate(KeyType::ec_p256);
    const auto jws = parse_jws(sign_jwt(key, ES256, {"k1", "JWT"}, kClaims), kEvery);
    const auto verified = verify_jws(*jws, keys_of({key.public_jwk("k1", "ES256")}));
    cr_assert(verified.has_value());
    cr_expect(verified->claims().string_at("sub") == "alice");
    cr_expect(verified->header().string_at("kid") == "k1");
    cr_expect(verified->algorithm() == ES256);
}

Test(jws_verify, rfc_9864_names_ed25519_itself) {
    const auto key = SigningKey::generate(KeyType::ed25519);
    const std::string compact = sign_jws(key, EdDSA, R"({"alg":"Ed25519"})", kClaims);
    cr_expect(verdict_on(compact, keys_of({key.public_jwk()})) == Verdict::verified);
    cr_expect(verdict_on(compact, keys_of({key.public_jwk({}, "EdDSA")})) == Verdict::verified);
    cr_expect(verdict_on(compact, keys_of({key.public_jwk({}, "Ed25519")})) == Verdict::verified);
}

Test(jws_verify, any_changed_octet_of_the_signature_or_of_what_is_signed_fails) {
    for (const JwsAlgorithm algorithm : {ES256, EdDSA, PS256, RS256}) {
        const auto key = SigningKey::generate(type_for(algorithm));
        const auto handle = keys_of({key.public_jwk()}).front();
        const std::string input = "header.payload";
        const std::string signature = key.signature(algorithm, input);
        cr_assert(is_signature_of(algorithm, handle, input, signature));
        for (std::size_t i = 0; i < signature.size(); ++i) {
            cr_expect(not(is_signature_of(algorithm, handle, input, flipped_octet(signature, i))));
        }
        for (std::size_t i = 0; i < input.size(); ++i) {
            cr_expect(not(is_signature_of(algorithm, handle, flipped_octet(input, i), signature)));
        }
    }
}

// Checklist I13; CVE-2022-21449.
Test(jws_verify, i13_ecdsa_signatures_are_raw_of_exact_length_and_never_zero) {
    for (const JwsAlgorithm algorithm : {ES256, ES384, ES512}) {
        const auto key = SigningKey::generate(type_for(algorithm));
        const auto keys = keys_of({key.public_jwk()});
        const std::size_t size = key.signature(algorithm, "x").size();
        const std::string half_one = std::string(size / 2 - 1, '\0') + '\x01';
        const std::string half_zero(size / 2, '\0');
        const auto is_bad = [&](const std::string& signature) {
            return verdict_on(with_signature(algorithm, signature), keys) == Verdict::bad_signature;
        };
        cr_expect(verdict_on(signed_by(algorithm, [&](auto& in) { return key.der_signature(algorithm, in); }), keys) ==
                  Verdict::bad_signature);
        for (const auto& adjust :
             {+[](const std::string& s) { return s.substr(1); },
              +[](const std::string& s) { return s.substr(0, s.size() - 1); },
              +[](const std::string& s) { return s + '\0'; }, +[](const std::string& s) { return '\0' + s; },
              +[](const std::string& s) { return '\0' + s.substr(0, s.size() / 2) + '\0' + s.substr(s.size() / 2); }}) {
            const auto sign = [&](const std::string& input) { return adjust(key.signature(algorithm, input)); };
            cr_expect(verdict_on(signed_by(algorithm, sign), keys) == Verdict::bad_signature);
        }
        cr_expect(is_bad(half_zero + half_zero));
        cr_expect(is_bad(half_zero + half_one));
        cr_expect(is_bad(half_one + half_zero));
        cr_expect(is_bad(half_one + half_one));
        cr_expect(is_bad(std::string(size, '\xff')));
    }
}

Test(jws_verify, i13_r_and_s_not_below_the_order_fail) {
    // The order of P-256 (SEC 2 §2.4.2).
    const std::string order = base64url_decode("_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE").value();
    const auto key = SigningKey::generate(KeyType::ec_p256);
    const auto keys = keys_of({key.public_jwk()});
    const std::string signature = key.signature(ES256, "x");
    cr_expect(verdict_on(with_signature(ES256, order + order), keys) == Verdict::bad_signature);
    cr_expect(verdict_on(with_signature(ES256, order + signature.substr(32)), keys) == Verdict::bad_signature);
    cr_expect(verdict_on(with_signature(ES256, signature.substr(0, 32) + order), keys) == Verdict::bad_signature);
}

Test(jws_verify, i14_a_pss_salt_of_another_length_fails) {
    const auto key = SigningKey::generate(KeyType::rsa);
    const auto keys = keys_of({key.public_jwk()});
    constexpr std::array<std::pair<JwsAlgorithm, int>, 3> kSalts{{{PS256, 32}, {PS384, 48}, {PS512, 64}}};
    for (const auto& [algorithm, right] : kSalts) {
        for (const int salt : {0, 20, 32, 48, 64, 100}) {
            const auto sign = [&, named = algorithm](auto& input) { return key.signature(named, input, salt); };
            const Verdict expected = salt == right ? Verdict::verified : Verdict::bad_signature;
            cr_expect(verdict_on(signed_by(algorithm, sign), keys) == expected, "salt of %d", salt);
        }
    }
}

Test(jws_verify, i05_an_hmac_with_the_public_key_as_its_secret_fails) {
    const auto key = SigningKey::generate(KeyType::rsa);
    const auto keys = keys_of({key.public_jwk()});
    const std::string input = base64url_encode(R"({"alg":"HS256"})") + '.' + base64url_encode(kClaims);
    for (const std::string& secret : {key.public_pem(), key.public_jwk(), std::string()}) {
        const std::string compact = input + '.' + base64url_encode(hmac_sha256(secret, input));
        cr_expect(verdict_on(compact, keys) == Verdict::malformed);
    }
}

Test(jws_verify, i05_a_key_that_names_an_algorithm_serves_no_other) {
    const auto key = SigningKey::generate(KeyType::rsa);
    const auto keys = keys_of({key.public_jwk({}, "RS256")});
    cr_expect(verdict_on(sign_jws(key, RS256, header_of(RS256), kClaims), keys) == Verdict::verified);
    cr_expect(verdict_on(sign_jws(key, PS256, header_of(PS256), kClaims), keys) == Verdict::no_matching_key);
    cr_expect(verdict_on(sign_jws(key, RS512, header_of(RS512), kClaims), keys) == Verdict::no_matching_key);
    const auto encryption = keys_of({key.public_jwk({}, "RSA-OAEP")});
    cr_expect(verdict_on(sign_jws(key, RS256, header_of(RS256), kClaims), encryption) == Verdict::no_matching_key);
}

Test(jws_verify, i06_a_key_inside_the_token_counts_for_nothing) {
    const auto attacker = SigningKey::generate(KeyType::ec_p256);
    const std::string header = R"({"alg":"ES256","jwk":)" + attacker.public_jwk() + "}";
    const std::string compact = sign_jws(attacker, ES256, header, kClaims);
    const auto honest = keys_of({SigningKey::generate(KeyType::ec_p256).public_jwk()});
    cr_expect(verdict_on(compact, honest) == Verdict::bad_signature);
    cr_expect(verdict_on(compact, {}) == Verdict::no_matching_key);
}

Test(jws_verify, i09_keys_that_share_a_kid_are_told_apart_by_type_and_algorithm) {
    const auto rsa = SigningKey::generate(KeyType::rsa);
    const auto p256 = SigningKey::generate(KeyType::ec_p256);
    const auto p384 = SigningKey::generate(KeyType::ec_p384);
    const auto ed = SigningKey::generate(KeyType::ed25519);
    const auto decoy = SigningKey::generate(KeyType::ec_p256);
    const auto keys = keys_of({decoy.public_jwk("same"), rsa.public_jwk("same", "PS256"), p384.public_jwk("same"),
                               p256.public_jwk("same"), ed.public_jwk("same")});
    cr_expect(verdict_on(sign_jwt(rsa, PS256, {"same"}, kClaims), keys) == Verdict::verified);
    cr_expect(verdict_on(sign_jwt(p256, ES256, {"same"}, kClaims), keys) == Verdict::verified);
    cr_expect(verdict_on(sign_jwt(p384, ES384, {"same"}, kClaims), keys) == Verdict::verified);
    cr_expect(verdict_on(sign_jwt(ed, EdDSA, {"same"}, kClaims), keys) == Verdict::verified);
}

Test(jws_verify, i10_without_kid_the_matching_keys_are_tried_up_to_eight) {
    const auto key = SigningKey::generate(KeyType::ed25519);
    const std::string compact = sign_jws(key, EdDSA, header_of(EdDSA), kClaims);
    const auto right = keys_of({key.public_jwk("right")}).front();
    std::vector<VerificationKey> keys;
    for (int i = 0; i < 7; ++i) keys.push_back(keys_of({SigningKey::generate(KeyType::ed25519).public_jwk()}).front());
    keys.push_back(right);
    cr_expect(verdict_on(compact, keys) == Verdict::verified);
    keys.insert(keys.begin(), keys.front());
    cr_expect(verdict_on(compact, keys) == Verdict::bad_signature, "the ninth is not tried");
    keys.front() = keys_of({SigningKey::generate(KeyType::ec_p256).public_jwk()}).front();
    cr_expect(verdict_on(compact, keys) == Verdict::verified, "what does not fit does not count");
}

Test(jws_verify, d10_a_kid_that_no_key_has_asks_for_other_keys) {
    const auto key = SigningKey::generate(KeyType::ed25519);
    const std::string compact = sign_jwt(key, EdDSA, {"new"}, kClaims);
    cr_expect(verdict_on(compact, keys_of({key.public_jwk("old")})) == Verdict::no_matching_key);
    cr_expect(verdict_on(compact, keys_of({key.public_jwk("NEW")})) == Verdict::no_matching_key);
    cr_expect(verdict_on(compact, keys_of({key.public_jwk()})) == Verdict::no_matching_key);
}

Test(jws_verify, a_signed_payload_that_is_no_json_object_is_told_apart) {
    const auto key = SigningKey::generate(KeyType::ed25519);
    const auto keys = keys_of({key.public_jwk()});
    for (const std::string_view payload :
         {"", "text", "[]", "7", R"({"sub":"a","sub":"b"})", "{} x", "{\"a\":\"\xff\"}"}) {
        cr_expect(verdict_on(sign_jws(key, EdDSA, header_of(EdDSA), payload), keys) == Verdict::bad_payload);
    }
}
