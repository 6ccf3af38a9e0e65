#include "crypto/jwk.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <openssl/err.h>

#include <algorithm>
#include <array>

#include "codec/base64url.h"
#include "tests/support/jws_signer.h"

using namespace vestibule;

namespace {

Json parsed(const std::string& text) { return Json::parse(text).value(); }

std::vector<VerificationKey> keys_of(std::initializer_list<std::string> jwks) {
    return verification_keys(parsed(jwk_set(jwks))).value();
}

bool is_used(const Json& jwk) { return keys_of({jwk.print()}).size() == 1; }

Json changed(Json jwk, std::string name, Json value) {
    jwk.set(std::move(name), std::move(value));
    return jwk;
}

Json ec_jwk(KeyType type = KeyType::ec_p256) { return parsed(SigningKey::generate(type).public_jwk()); }

std::string flipped(const std::string& text) {
    std::string octets = base64url_decode(text).value();
    octets.back() = static_cast<char>(octets.back() ^ 1);
    return base64url_encode(octets);
}

}  // namespace

Test(jwk, every_type_we_know_is_read_with_its_names) {
    constexpr std::array<KeyType, 5> kTypes{KeyType::rsa, KeyType::ec_p256, KeyType::ec_p384, KeyType::ec_p521,
                                            KeyType::ed25519};
    for (const KeyType type : kTypes) {
        const auto keys = keys_of({SigningKey::generate(type).public_jwk("the-kid", "the-alg")});
        cr_assert(eq(sz, keys.size(), 1u), "type %d", static_cast<int>(type));
        cr_expect(keys[0].type == type);
        cr_expect(keys[0].kid == "the-kid");
        cr_expect(keys[0].alg == "the-alg");
    }
}

Test(jwk, i11_unknown_and_unfit_keys_are_left_out_and_the_rest_stays) {
    const std::string good = SigningKey::generate(KeyType::ec_p256).public_jwk("good");
    const auto keys = keys_of({R"({"kty":"oct","k":"AAAA"})", R"({"kty":"XYZ"})", "{}", "7", "null", R"("text")", "[]",
                               R"({"kty":7})", R"({"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"})",
                               R"({"kty":"OKP","crv":"X25519","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"})",
                               R"({"kty":"OKP","crv":"Ed448","x":"AA"})", R"({"kty":"RSA"})", good});
    cr_assert(eq(sz, keys.size(), 1u));
    cr_expect(keys[0].kid == "good");
    cr_expect(eq(ulong, ERR_peek_error(), 0u), "the error queue is left clean");
}

Test(jwk, i11_a_key_for_something_else_is_not_used) {
    const Json jwk = parsed(SigningKey::generate(KeyType::ec_p256).public_jwk({}, {}, {}));
    cr_assert(is_used(jwk));
    cr_expect(is_used(changed(jwk, "use", "sig")));
    cr_expect(not(is_used(changed(jwk, "use", "enc"))));
    cr_expect(not(is_used(changed(jwk, "use", nullptr))));
    cr_expect(is_used(changed(jwk, "key_ops", Json::array({"sign", "verify"}))));
    cr_expect(not(is_used(changed(jwk, "key_ops", Json::array({"sign"})))));
    cr_expect(not(is_used(changed(jwk, "key_ops", Json::array()))));
    cr_expect(not(is_used(changed(jwk, "key_ops", "verify"))));
}

Test(jwk, i11_a_published_private_or_symmetric_key_is_not_used) {
    const Json jwk = ec_jwk();
    for (const char* name : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}) {
        cr_expect(not(is_used(changed(jwk, name, "AAAA"))), "%s", name);
    }
}

Test(jwk, i12_rsa_needs_2048_bits) {
    cr_expect(eq(sz, keys_of({SigningKey::generate_rsa(1024, 65537).public_jwk()}).size(), 0u));
    cr_expect(eq(sz, keys_of({SigningKey::generate_rsa(2040, 65537).public_jwk()}).size(), 0u));
    cr_expect(eq(sz, keys_of({SigningKey::generate_rsa(3072, 65537).public_jwk()}).size(), 1u));
}

Test(jwk, i12_rsa_needs_a_sane_exponent_and_modulus) {
    const Json jwk = parsed(SigningKey::generate(KeyType::rsa).public_jwk());
    const auto with_exponent = [&](std::string_view octets) { return changed(jwk, "e", base64url_encode(octets)); };
    cr_assert(is_used(jwk));
    cr_expect(is_used(with_exponent(std::string_view("\x01\x00\x01", 3))));
    cr_expect(is_used(with_exponent(std::string_view("\x01\x00\x03", 3))));
    for (const std::string_view octets : {"", "\x01", "\x03", "\x11", "\xff\xff", "\x02\x01\x02"}) {
        cr_expect(not(is_used(with_exponent(octets))), "%s", hex_encode(octets).c_str());
    }
    cr_expect(not(is_used(with_exponent(std::string(9, '\x01')))), "longer than 64 bits");
    std::string even = base64url_decode(*jwk.string_at("n")).value();
    even.back() = static_cast<char>(even.back() & ~1);
    cr_expect(not(is_used(changed(jwk, "n", base64url_encode(even)))));
    cr_expect(not(is_used(changed(jwk, "n", base64url_encode(std::string(1025, '\xff'))))), "8200 bits");
    cr_expect(not(is_used(changed(jwk, "n", base64url_encode(std::string(60'000, '\xff'))))));
    cr_expect(not(is_used(changed(jwk, "n", *jwk.string_at("n") + "="))), "padding");
}

Test(jwk, i12_a_point_off_the_curve_is_not_used) {
    for (const KeyType type : {KeyType::ec_p256, KeyType::ec_p384, KeyType::ec_p521}) {
        const Json jwk = ec_jwk(type);
        cr_expect(is_used(jwk));
        cr_expect(not(is_used(changed(jwk, "x", flipped(*jwk.string_at("x"))))));
        cr_expect(not(is_used(changed(jwk, "y", flipped(*jwk.string_at("y"))))));
        const std::string zeros = base64url_encode(std::string(base64url_decode(*jwk.string_at("x"))->size(), '\0'));
        cr_expect(not(is_used(changed(changed(jwk, "x", zeros), "y", zeros))));
    }
}

Test(jwk, i12_coordinates_have_the_curves_size) {
    const Json jwk = ec_jwk(KeyType::ec_p256);
    const std::string x = base64url_decode(*jwk.string_at("x")).value();
    cr_expect(not(is_used(changed(jwk, "x", base64url_encode('\0' + x)))));
    cr_expect(not(is_used(changed(jwk, "x", base64url_encode(x.substr(1))))));
    cr_expect(not(is_used(changed(jwk, "x", ""))));
    cr_expect(not(is_used(changed(jwk, "crv", "P-384"))));
    cr_expect(not(is_used(changed(jwk, "crv", "p-256"))));
    cr_expect(not(is_used(changed(jwk, "kty", "ec"))));
}

Test(jwk, i12_an_ed25519_key_has_32_octets) {
    const Json jwk = parsed(SigningKey::generate(KeyType::ed25519).public_jwk());
    cr_expect(is_used(jwk));
    cr_expect(not(is_used(changed(jwk, "x", base64url_encode(std::string(31, 'x'))))));
    cr_expect(not(is_used(changed(jwk, "x", base64url_encode(std::string(33, 'x'))))));
    cr_expect(not(is_used(changed(jwk, "kty", "EC"))));
}

Test(jwk, i08_a_name_is_text_of_bearable_length) {
    const Json jwk = ec_jwk();
    cr_expect(is_used(changed(jwk, "kid", std::string(256, 'k'))));
    cr_expect(not(is_used(changed(jwk, "kid", std::string(257, 'k')))));
    cr_expect(not(is_used(changed(jwk, "kid", 7))));
    cr_expect(not(is_used(changed(jwk, "alg", 7))));
    cr_expect(is_used(changed(jwk, "kid", "' OR 1=1--")), "only ever compared");
}

Test(jwk, d08_what_is_no_key_set_or_too_large_fails) {
    for (const std::string text : {"[]", "{}", R"({"keys":{}})", R"({"keys":null})", "7"}) {
        const auto keys = verification_keys(parsed(text));
        const bool refused = !keys && keys.error().code == ErrorCode::upstream_invalid;
        cr_expect(refused, "%s", text.c_str());
    }
    cr_expect(verification_keys(Json::object({{"keys", Json::array()}})).has_value());
    cr_expect(verification_keys(Json::object({{"keys", Json::Array(100)}})).has_value());
    cr_expect(not(verification_keys(Json::object({{"keys", Json::Array(101)}})).has_value()));
}
