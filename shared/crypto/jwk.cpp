#include "crypto/jwk.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <array>

#include "codec/base64url.h"
#include "crypto/curves.h"
#include "crypto/openssl.h"

namespace vestibule {
namespace {

using namespace openssl;
using ParameterBuilder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;

constexpr std::size_t kMaxKeys = 100;
constexpr std::size_t kMaxKidSize = 256;
constexpr int kMinModulusBits = 2048;  // RFC 7518 §3.3, FAPI 2.0 §5.4.1
constexpr int kMaxModulusBits = 8192;  // more only burns our time
constexpr int kMaxExponentBits = 64;   // what OpenSSL takes with a large modulus
constexpr BN_ULONG kMinExponent = 65537;
constexpr std::size_t kEd25519Size = 32;

Key key_from(const char* type, OSSL_PARAM_BLD* builder) {
    const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    require(parameters && context && EVP_PKEY_fromdata_init(context.get()) == 1, "key from data");
    EVP_PKEY* key = nullptr;
    EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get());
    return Key(key);
}

std::optional<std::string> octets_at(const Json& jwk, std::string_view name) {
    const auto text = jwk.string_at(name);
    return text ? base64url_decode(*text) : std::nullopt;
}

Number number_at(const Json& jwk, std::string_view name) {
    const auto octets = octets_at(jwk, name);
    if (!octets || octets->size() > kMaxModulusBits / 8 + 1) return nullptr;
    return Number(BN_bin2bn(bytes(*octets), static_cast<int>(octets->size()), nullptr));
}

bool is_sane_modulus(const BIGNUM* n) {
    return BN_num_bits(n) >= kMinModulusBits && BN_num_bits(n) <= kMaxModulusBits && BN_is_odd(n);
}

bool is_sane_exponent(const BIGNUM* e) {
    return BN_is_odd(e) && BN_num_bits(e) <= kMaxExponentBits && BN_get_word(e) >= kMinExponent;
}

Key rsa_key(const Json& jwk) {
    const Number n = number_at(jwk, "n");
    const Number e = number_at(jwk, "e");
    if (!n || !e || !is_sane_modulus(n.get()) || !is_sane_exponent(e.get())) return nullptr;
    const ParameterBuilder builder(OSSL_PARAM_BLD_new());
    require(builder && OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) == 1 &&
                OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) == 1,
            "RSA parameters");
    return key_from("RSA", builder.get());
}

// Whether the point is on the curve is asked twice: reading it and the check of the whole key (checklist I12).
bool is_sane_point(EVP_PKEY* key) {
    const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    return context && EVP_PKEY_public_check(context.get()) == 1;
}

Key ec_key(const Json& jwk, const Curve& curve) {
    const auto x = octets_at(jwk, "x");
    const auto y = octets_at(jwk, "y");
    if (!x || !y || x->size() != curve.coordinate_size || y->size() != curve.coordinate_size) return nullptr;
    const std::string point = "\x04" + *x + *y;  // uncompressed (SEC 1 §2.3.3)
    const ParameterBuilder builder(OSSL_PARAM_BLD_new());
    require(
        builder && OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve.name, 0) == 1 &&
            OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) == 1,
        "EC parameters");
    Key key = key_from("EC", builder.get());
    return key && is_sane_point(key.get()) ? std::move(key) : nullptr;
}

Key ed25519_key(const Json& jwk) {
    const auto x = octets_at(jwk, "x");
    if (!x || x->size() != kEd25519Size) return nullptr;
    return Key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(*x), x->size()));
}

struct TypedKey {
    KeyType type;
    Key key;
};

TypedKey typed_key(const Json& jwk) {
    const auto kty = jwk.string_at("kty");
    const auto crv = jwk.string_at("crv");
    if (kty == "RSA") return {KeyType::rsa, rsa_key(jwk)};
    if (kty == "OKP" && crv == "Ed25519") return {KeyType::ed25519, ed25519_key(jwk)};
    for (const Curve& curve : kCurves) {
        if (kty == "EC" && crv == curve.name) return {curve.type, ec_key(jwk, curve)};
    }
    return {KeyType::rsa, nullptr};
}

// A private or symmetric key that a provider publishes is a key everybody has (RFC 7518 §6.2.2, §6.3.2, §6.4).
bool holds_secrets(const Json& jwk) {
    constexpr std::array<std::string_view, 8> kSecret{"d", "p", "q", "dp", "dq", "qi", "oth", "k"};
    return std::any_of(kSecret.begin(), kSecret.end(),
                       [&](std::string_view name) { return jwk.find(name) != nullptr; });
}

bool may_verify(const Json& jwk) {
    const Json* operations = jwk.find("key_ops");
    if (jwk.find("use") != nullptr && jwk.string_at("use") != "sig") return false;
    if (operations == nullptr) return true;
    if (!operations->is_array()) return false;
    const auto& names = operations->as_array();
    return std::find(names.begin(), names.end(), Json("verify")) != names.end();
}

// A member that is there must be text of a bearable length.
bool is_text_or_absent(const Json& jwk, std::string_view name) {
    const auto text = jwk.string_at(name);
    return jwk.find(name) == nullptr || (text && text->size() <= kMaxKidSize);
}

std::optional<VerificationKey> verification_key(const Json& jwk) {
    const CleanErrorQueue clean;
    if (!jwk.is_object() || holds_secrets(jwk) || !may_verify(jwk)) return std::nullopt;
    if (!is_text_or_absent(jwk, "kid") || !is_text_or_absent(jwk, "alg")) return std::nullopt;
    TypedKey typed = typed_key(jwk);
    if (!typed.key) return std::nullopt;
    return VerificationKey{typed.type, jwk.string_at("kid"), jwk.string_at("alg"),
                           std::make_shared<const PublicKeyHandle>(PublicKeyHandle{std::move(typed.key)})};
}

}  // namespace

Result<std::vector<VerificationKey>> verification_keys(const Json& jwk_set) {
    const Json* listed = jwk_set.find("keys");
    if (listed == nullptr || !listed->is_array()) return failure(ErrorCode::upstream_invalid, "no JWK Set");
    if (listed->as_array().size() > kMaxKeys) return failure(ErrorCode::upstream_invalid, "a JWK Set of too many keys");
    std::vector<VerificationKey> keys;
    for (const Json& jwk : listed->as_array()) {
        if (auto key = verification_key(jwk)) keys.push_back(std::move(*key));
    }
    return keys;
}

}  // namespace vestibule
