#include "crypto/signing_key.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <openssl/err.h>

#include <array>
#include <set>

#include "codec/base64url.h"
#include "tests/shared/crypto/jws_vectors.h"
#include "tests/support/text.h"

using namespace vestibule;

namespace {

// RFC 7515 A.2.1: the private members of the key in jws_vectors.h.
constexpr std::string_view kRs256Private =
    R"("d":"Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ","p":"4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc","q":"uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t62wDmpe_HlB-TnBA-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc","dp":"BwKfV3Akq5_MFZDFZCnW-wzl-CCo83WoZvnLQwCTeDv8uzluRSnm71I3QCLdhrqE2e9YkxvuxdBfpT_PI7Yz-FOKnu1R6HsJeDCjn12Sk3vmAktV2zb34MCdy7cpdTh_YVr7tss2u6vneTwrA86rZtu5Mbr1C1XsmvkxHQAdYo0","dq":"h_96-mK1R_7glhsum81dZxjTnYynPbZpHziZjeeHcXYsXaaMwkOlODsWa7I9xXDoRwbKgB719rrmI2oKr6N3Do9U0ajaHF-NKJnwgjMd2w9cjz3_-kyNlxAr2v4IKhGNpmM5iIgOS1VZnOZ68m6_pbLBSp3nssTdlqvd0tIiTHU","qi":"IYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd-DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd_QJQ3ydy5cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp_gh6A5603k2-ZQwVK0JKSHuLFkuQ3U")";
// RFC 7515 A.3.1 and A.4.1.
constexpr std::string_view kEs256Private = R"("d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI")";
constexpr std::string_view kEs512Private =
    R"("d":"AY5pb7A0UFiB3RELSD64fTLOSV_jazdF7fLYyuTw8lOfRhWg6Y6rUrPAxerEzgdRhajnu0ferB0d53vM9mE15j2C")";

constexpr std::array<const char*, 11> kAlgorithms{"RS256", "RS384", "RS512", "PS256", "PS384",  "PS512",
                                                  "ES256", "ES384", "ES512", "EdDSA", "Ed25519"};

// A published public key with its private members and names of our own.
Json private_jwk(std::string_view public_jwk, std::string_view members, const char* alg) {
    std::string text(public_jwk.substr(0, public_jwk.size() - 1));
    text.append(",").append(members).append(R"(,"kid":"published","alg":")").append(alg).append("\"}");
    return Json::parse(text).value();
}

PrivateSigningKey read(const Json& jwk) {
    auto key = PrivateSigningKey::from_jwk(jwk);
    cr_assert(key.has_value(), "%s", key ? "" : key.error().detail.c_str());
    return *key;
}

Json ed25519_private() {
    return private_jwk(published::kEd25519Key, R"("d":")" + std::string(published::kEd25519Private) + '"', "EdDSA");
}

std::vector<VerificationKey> verification_key_of(const Json& jwk) {
    return verification_keys(Json::object({{"keys", Json::array({jwk})}})).value();
}

bool verifies(const std::string& compact, const Json& public_jwk, JwsAlgorithm algorithm) {
    const auto jws = parse_jws(compact, {algorithm});
    return jws && verify_jws(*jws, verification_key_of(public_jwk)).has_value();
}

std::string part(std::string_view compact, int index) {
    for (; index > 0; --index) compact.remove_prefix(compact.find('.') + 1);
    return std::string(compact.substr(0, compact.find('.')));
}

Json changed(Json jwk, const char* name, Json value) {
    jwk.set(name, std::move(value));
    return jwk;
}

std::string why_not(const Json& jwk) {
    const auto key = PrivateSigningKey::from_jwk(jwk);
    return key ? std::string("(accepted)") : key.error().detail;
}

Secret set_of(std::initializer_list<std::string> jwks) {
    std::string keys;
    for (const std::string& jwk : jwks) keys += (keys.empty() ? "" : ",") + jwk;
    return Secret("{\"keys\":[" + keys + "]}");
}

}  // namespace

// --- the published examples ---

Test(signing_key, RFC_7515_A_2_the_deterministic_RS256_signature_is_the_published_one) {
    const auto key = read(private_jwk(published::kRs256Key, kRs256Private, "RS256"));
    const std::string payload = base64url_decode(part(published::kRs256, 1)).value();
    cr_assert(eq(str, key.sign(Json::object(), payload), text(published::kRs256)));
}

Test(signing_key, RFC_8037_A_4_the_deterministic_EdDSA_signature_is_the_published_one) {
    const auto key = read(ed25519_private());
    cr_assert(eq(str, key.sign(Json::object(), "Example of Ed25519 signing"), text(published::kEd25519)));
}

Test(signing_key, RFC_7515_A_3_and_A_4_what_the_published_EC_keys_sign_verifies) {
    const auto es256 = read(private_jwk(published::kEs256Key, kEs256Private, "ES256"));
    const auto es512 = read(private_jwk(published::kEs512Key, kEs512Private, "ES512"));
    const Json es256_public = Json::parse(published::kEs256Key).value();
    const Json es512_public = Json::parse(published::kEs512Key).value();
    cr_expect(verifies(es256.sign(Json::object(), "{}"), es256_public, JwsAlgorithm::ES256));
    cr_expect(verifies(es512.sign(Json::object(), "{}"), es512_public, JwsAlgorithm::ES512));
    cr_expect(verifies(std::string(published::kEs256), es256.public_jwk(), JwsAlgorithm::ES256), "the other way round");
}

Test(signing_key, RFC_7638_3_1_thumbprint) {
    const Json jwk =
        Json::object({{"kty", "RSA"},
                      {"n",
                       "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_"
                       "BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_"
                       "FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-"
                       "bFTWhAI4vMQFh6WeZu0fM4lFd2Nc"
                       "Rwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"},
                      {"e", "AQAB"},
                      {"alg", "RS256"},
                      {"kid", "2011-04-29"}});
    cr_assert(eq(str, jwk_thumbprint(jwk), text("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")));
}

Test(signing_key, RFC_8037_A_3_thumbprint) {
    cr_assert(eq(str, jwk_thumbprint(Json::parse(published::kEd25519Key).value()),
                 text("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")));
}

// --- making and signing ---

Test(signing_key, A08_every_algorithm_signs_what_our_own_verifier_accepts_and_nothing_else) {
    for (const char* name : kAlgorithms) {
        const auto key = PrivateSigningKey::generate(name).value();
        const std::string compact = key.sign(Json::object({{"kid", key.kid()}, {"typ", "x+jwt"}}), R"({"a":1})");
        const auto jws = parse_jws(compact, {key.algorithm()});
        cr_assert(jws.has_value(), "%s", name);
        cr_expect(eq(str, jws->header.string_at("alg").value(), text(name)));
        cr_expect(jws->typ == "x+jwt" && jws->kid == key.kid());
        cr_expect(verifies(compact, key.public_jwk(), key.algorithm()), "%s", name);
        const Json another = PrivateSigningKey::generate(name).value().public_jwk();
        cr_expect(not(verifies(compact, changed(another, "kid", key.kid()), key.algorithm())), "%s", name);
    }
}

Test(signing_key, an_algorithm_that_is_none_of_ours_is_refused_with_their_names) {
    for (const char* name : {"none", "HS256", "es256", "", "RSA1_5"}) {
        const auto key = PrivateSigningKey::generate(name);
        cr_assert(not(key.has_value()), "%s", name);
        cr_expect(key.error().detail.find("PS256") != std::string::npos);
    }
}

Test(signing_key, A09_an_ECDSA_nonce_is_never_used_twice) {
    const auto key = PrivateSigningKey::generate("ES256").value();
    std::set<std::string> first_halves;  // R depends on the nonce alone
    for (int i = 0; i < 50; ++i) {
        const std::string signature = base64url_decode(part(key.sign(Json::object(), "{}"), 2)).value();
        cr_assert(eq(sz, signature.size(), 64u));
        first_halves.insert(signature.substr(0, 32));
    }
    cr_assert(eq(sz, first_halves.size(), 50u));
}

Test(signing_key, what_is_written_is_read_again_and_the_public_key_holds_nothing_private) {
    for (const char* name : kAlgorithms) {
        const auto key = PrivateSigningKey::generate(name).value();
        const auto again = read(Json::parse(key.private_jwk().reveal()).value());
        cr_expect(again.public_jwk() == key.public_jwk(), "%s", name);
        cr_expect(verifies(again.sign(Json::object(), "{}"), key.public_jwk(), key.algorithm()), "%s", name);
        for (const char* member : {"d", "p", "q", "dp", "dq", "qi", "k", "oth"})
            cr_expect(key.public_jwk().find(member) == nullptr, "%s publishes %s", name, member);
        cr_expect(eq(str, text(key.kid()), jwk_thumbprint(key.public_jwk())), "%s", name);
    }
}

Test(signing_key, a_PEM_file_is_one_key_whose_kid_is_its_thumbprint) {
    const std::array<std::pair<const char*, const char*>, 5> table{
        {{"RS256", "PS256"}, {"ES256", "ES256"}, {"ES384", "ES384"}, {"ES512", "ES512"}, {"Ed25519", "EdDSA"}}};
    for (const auto& [made, read_as] : table) {
        const auto key = PrivateSigningKey::generate(made).value();
        const auto keys = signing_keys(key.private_pem());
        cr_assert(keys.has_value(), "%s", made);
        cr_assert(eq(sz, keys->size(), 1u));
        cr_expect(eq(str, text(keys->front().algorithm_name()), text(read_as)));
        cr_expect(eq(str, text(keys->front().kid()), text(key.kid())));
    }
}

// --- reading what is wrong ---

Test(signing_key, a_faulty_key_is_refused_by_name_and_never_quoted) {
    const Json good = private_jwk(published::kEs256Key, kEs256Private, "ES256");
    const Json rsa = private_jwk(published::kRs256Key, kRs256Private, "RS256");
    const Json other = PrivateSigningKey::generate("ES256").value().public_jwk();
    const Json mixed = changed(changed(good, "x", *other.find("x")), "y", *other.find("y"));
    struct Row {
        const char* name;
        Json jwk;
        const char* why;
    };
    const std::vector<Row> rows = {
        {"no object", "CANARY", "is no JWK"},
        {"no kid", changed(good, "kid", nullptr), "\"kid\""},
        {"an empty kid", changed(good, "kid", ""), "\"kid\""},
        {"a long kid", changed(good, "kid", std::string(257, 'k')), "\"kid\""},
        {"for encryption", changed(good, "use", "enc"), "not for signing"},
        {"for verifying", changed(good, "key_ops", Json::array({"verify"})), "not for signing"},
        {"no private part", changed(good, "d", nullptr), "no whole private key"},
        {"a private part that is no base64url", changed(good, "d", "CANARY="), "no whole private key"},
        {"half an RSA key", changed(rsa, "qi", nullptr), "no whole private key"},
        {"a symmetric key", changed(good, "kty", "oct"), "no whole private key"},
        {"another curve", changed(good, "crv", "secp256k1"), "no whole private key"},
        {"another's public part", mixed, "does not belong"},
        {"another RSA exponent", changed(rsa, "d", *rsa.find("p")), "does not belong"},
        {"an RSA algorithm", changed(good, "alg", "PS256"), "\"alg\""},
        {"another curve's algorithm", changed(good, "alg", "ES384"), "\"alg\""},
        {"none", changed(good, "alg", "none"), "\"alg\""},
        {"a number", changed(good, "alg", 7), "\"alg\""},
        {"Ed25519 with another's public part", changed(ed25519_private(), "x", *good.find("x")), "no whole"},
    };
    for (const Row& row : rows) {
        const std::string why = why_not(row.jwk);
        cr_expect(why.find(row.why) != std::string::npos, "%s: %s", row.name, why.c_str());
        cr_expect(why.find("CANARY") == std::string::npos, "%s", row.name);
        cr_expect(eq(ulong, ERR_peek_error(), 0u), "%s leaves the error queue dirty", row.name);
    }
}

Test(signing_key, A27_a_set_keeps_its_order_and_names_every_faulty_key_by_its_number) {
    const auto first = PrivateSigningKey::generate("ES256").value(),
               second = PrivateSigningKey::generate("EdDSA").value();
    const std::string one(first.private_jwk().reveal()), two(second.private_jwk().reveal());
    const auto keys = signing_keys(set_of({one, two}));
    cr_assert(keys.has_value() && keys->size() == 2);
    cr_expect(keys->front().kid() == first.kid() && keys->back().kid() == second.kid());
    const auto faulty = signing_keys(set_of({one, "7", two, one}));
    cr_assert(not(faulty.has_value()));
    cr_expect(eq(str, text(faulty.error().detail), text("key 2 is no JWK; key 4 has a \"kid\" that came before")));
}

Test(signing_key, what_is_no_file_of_keys_is_refused) {
    const std::string one(PrivateSigningKey::generate("ES256").value().private_jwk().reveal());
    std::string many;
    for (int i = 0; i < 17; ++i) many += std::string(i == 0 ? "" : ",") + one;
    for (const std::string& content :
         {std::string(), std::string("CANARY"), std::string("{}"), std::string("[]"), std::string(R"({"keys":[]})"),
          std::string(R"({"keys":{}})"), one, R"({"keys":[)" + many + "]}",
          std::string("-----BEGIN PRIVATE KEY-----\nCANARY\n-----END PRIVATE KEY-----\n"),
          std::string("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")}) {
        const auto keys = signing_keys(Secret(content));
        cr_assert(not(keys.has_value()), "%s", content.c_str());
        cr_expect(keys.error().detail.find("CANARY") == std::string::npos);
    }
}
