#include "crypto/signing_key.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "codec/base64url.h"
#include "crypto/curves.h"
#include "crypto/hash.h"
#include "crypto/openssl.h"
#include "crypto/signature.h"

namespace vestibule {
namespace {

using namespace openssl;
using ParameterBuilder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;

constexpr std::size_t kMaxKeys = 16;
constexpr std::size_t kMaxKidSize = 256;
constexpr int kMinModulusBits = 2048;  // RFC 7518 §3.3, FAPI 2.0 §5.4.1
constexpr int kMaxModulusBits = 8192;
constexpr std::size_t kNewModulusBits = 3072;
constexpr std::size_t kEd25519Size = 32;

// The members of an RSA key (RFC 7518 §6.3) and what OpenSSL calls them.
struct RsaMember {
    const char* jwk;
    const char* parameter;
};
constexpr std::array<RsaMember, 8> kRsaMembers{{
    {"n", OSSL_PKEY_PARAM_RSA_N},
    {"e", OSSL_PKEY_PARAM_RSA_E},
    {"d", OSSL_PKEY_PARAM_RSA_D},
    {"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
    {"q", OSSL_PKEY_PARAM_RSA_FACTOR2},
    {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
    {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2},
    {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1},
}};
constexpr std::size_t kPublicRsaMembers = 2;

tl::unexpected<Error> unusable(std::string why) { return failure(ErrorCode::internal, std::move(why)); }

// --- a key that is read ---

std::optional<Secret> octets_at(const Json& jwk, std::string_view name) {
    auto text = jwk.string_at(name);
    if (!text) return std::nullopt;
    auto octets = base64url_decode(*text);
    wipe(*text);
    if (!octets) return std::nullopt;
    return Secret(std::move(*octets));
}

Number number_at(const Json& jwk, std::string_view name) {
    const auto octets = octets_at(jwk, name);
    if (!octets || octets->size() > kMaxModulusBits / 8 + 1) return nullptr;
    return Number(BN_bin2bn(bytes(octets->reveal()), static_cast<int>(octets->size()), nullptr));
}

Key key_pair_from(const char* type, OSSL_PARAM_BLD* builder) {
    const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    require(parameters && context && EVP_PKEY_fromdata_init(context.get()) == 1, "key from data");
    EVP_PKEY* key = nullptr;
    EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters.get());
    return Key(key);
}

Key rsa_key(const Json& jwk) {
    const ParameterBuilder builder(OSSL_PARAM_BLD_new());
    require(builder != nullptr, "RSA parameters");
    std::array<Number, kRsaMembers.size()> numbers;  // the builder only borrows them
    for (std::size_t i = 0; i < kRsaMembers.size(); ++i) {
        const RsaMember& member = kRsaMembers.at(i);
        numbers.at(i) = number_at(jwk, member.jwk);
        if (!numbers.at(i)) return nullptr;
        require(OSSL_PARAM_BLD_push_BN(builder.get(), member.parameter, numbers.at(i).get()) == 1, "RSA parameter");
    }
    return key_pair_from("RSA", builder.get());
}

Key ec_key(const Json& jwk, const Curve& curve) {
    const auto x = octets_at(jwk, "x"), y = octets_at(jwk, "y");
    const Number d = number_at(jwk, "d");
    if (!x || !y || !d || x->size() != curve.coordinate_size || y->size() != curve.coordinate_size) return nullptr;
    const std::string point = "\x04" + x->reveal() + y->reveal();  // uncompressed (SEC 1 §2.3.3)
    const ParameterBuilder builder(OSSL_PARAM_BLD_new());
    require(
        builder && OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve.name, 0) == 1 &&
            OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) == 1 &&
            OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, d.get()) == 1,
        "EC parameters");
    return key_pair_from("EC", builder.get());
}

std::string ed25519_public(const EVP_PKEY* key) {
    std::string octets(kEd25519Size, '\0');
    std::size_t size = octets.size();
    require(EVP_PKEY_get_raw_public_key(key, bytes(octets), &size) == 1, "Ed25519 public key");
    return octets;
}

Key ed25519_key(const Json& jwk) {
    const auto d = octets_at(jwk, "d"), x = octets_at(jwk, "x");
    if (!d || !x || d->size() != kEd25519Size) return nullptr;
    Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes(d->reveal()), d->size()));
    return key && ed25519_public(key.get()) == x->reveal() ? std::move(key) : nullptr;
}

// The private part and the public one belong together; with another's public key, signatures would give the private
// one away (for ECDSA and EdDSA) or be worthless.
bool fits_together(EVP_PKEY* key) {
    const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    return context && EVP_PKEY_pairwise_check(context.get()) == 1;
}

Key key_of(const Json& jwk) {
    const auto kty = jwk.string_at("kty"), crv = jwk.string_at("crv");
    if (kty == "RSA") return rsa_key(jwk);
    if (kty == "OKP" && crv == "Ed25519") return ed25519_key(jwk);
    for (const Curve& curve : kCurves) {
        if (kty == "EC" && crv == curve.name) return ec_key(jwk, curve);
    }
    return nullptr;
}

std::optional<KeyType> type_of(const EVP_PKEY* key) {
    if (EVP_PKEY_is_a(key, "RSA")) return KeyType::rsa;
    if (EVP_PKEY_is_a(key, "ED25519")) return KeyType::ed25519;
    std::array<char, 64> group{};
    if (!EVP_PKEY_is_a(key, "EC") || EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) != 1)
        return std::nullopt;
    const int curve = OBJ_sn2nid(group.data());
    if (curve == NID_X9_62_prime256v1) return KeyType::ec_p256;
    if (curve == NID_secp384r1) return KeyType::ec_p384;
    if (curve == NID_secp521r1) return KeyType::ec_p521;
    return std::nullopt;
}

std::string_view usual_algorithm(KeyType type) {
    switch (type) {
        case KeyType::rsa: return "PS256";
        case KeyType::ec_p256: return "ES256";
        case KeyType::ec_p384: return "ES384";
        case KeyType::ec_p521: return "ES512";
        case KeyType::ed25519: return "EdDSA";
    }
    return {};
}

bool may_sign(const Json& jwk) {
    if (jwk.find("use") != nullptr && jwk.string_at("use") != "sig") return false;
    const Json* operations = jwk.find("key_ops");
    if (operations == nullptr) return true;
    if (!operations->is_array()) return false;
    const auto& names = operations->as_array();
    return std::find(names.begin(), names.end(), Json("sign")) != names.end();
}

// --- a key that is written ---

std::string padded(const BIGNUM* number, std::size_t size) {
    std::string octets(size, '\0');
    require(BN_bn2binpad(number, bytes(octets), static_cast<int>(size)) >= 0, "number");
    return octets;
}

Number number_of(const EVP_PKEY* key, const char* parameter) {
    BIGNUM* number = nullptr;
    require(EVP_PKEY_get_bn_param(key, parameter, &number) == 1, parameter);
    return Number(number);
}

std::string encoded_number(const EVP_PKEY* key, const char* parameter, std::size_t size = 0) {
    const Number number = number_of(key, parameter);
    const auto least = static_cast<std::size_t>(BN_num_bytes(number.get()));
    std::string octets = padded(number.get(), std::max(size, least));
    std::string text = base64url_encode(octets);
    wipe(octets);
    return text;
}

using Members = std::vector<std::pair<std::string_view, std::string>>;

Members rsa_members(const EVP_PKEY* key, std::span<const RsaMember> wanted) {
    Members members;
    for (const RsaMember& member : wanted) members.emplace_back(member.jwk, encoded_number(key, member.parameter));
    return members;
}

Members public_members(KeyType type, const EVP_PKEY* key) {
    if (type == KeyType::rsa) {
        Members members{{"kty", "RSA"}};
        for (auto& member : rsa_members(key, std::span(kRsaMembers).first(kPublicRsaMembers)))
            members.push_back(member);
        return members;
    }
    if (type == KeyType::ed25519)
        return {{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", base64url_encode(ed25519_public(key))}};
    const Curve& curve = *curve_of(type);
    return {{"kty", "EC"},
            {"crv", curve.name},
            {"x", encoded_number(key, OSSL_PKEY_PARAM_EC_PUB_X, curve.coordinate_size)},
            {"y", encoded_number(key, OSSL_PKEY_PARAM_EC_PUB_Y, curve.coordinate_size)}};
}

std::string ed25519_private(const EVP_PKEY* key) {
    std::string octets(kEd25519Size, '\0');
    std::size_t size = octets.size();
    require(EVP_PKEY_get_raw_private_key(key, bytes(octets), &size) == 1, "Ed25519 private key");
    std::string text = base64url_encode(octets);
    wipe(octets);
    return text;
}

Members private_members(KeyType type, const EVP_PKEY* key) {
    if (type == KeyType::rsa) return rsa_members(key, std::span(kRsaMembers).subspan(kPublicRsaMembers));
    if (type == KeyType::ed25519) return {{"d", ed25519_private(key)}};
    return {{"d", encoded_number(key, OSSL_PKEY_PARAM_PRIV_KEY, curve_of(type)->coordinate_size)}};
}

Key new_key(KeyType type) {
    if (type == KeyType::rsa) return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", kNewModulusBits));
    if (type == KeyType::ed25519) return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve_of(type)->name));
}

std::string thumbprint_of(KeyType type, const EVP_PKEY* key) {
    Json jwk = Json::object();
    for (auto& [name, value] : public_members(type, key)) jwk.set(std::string(name), value);
    return jwk_thumbprint(jwk);
}

// OpenSSL would ask the terminal for it.
int no_passphrase(char*, int, int, void*) { return 0; }

}  // namespace

struct SigningKeyMaker {
    static Result<PrivateSigningKey> make(Key key, std::optional<std::string> kid,
                                          const std::optional<std::string>& alg) {
        const auto type = type_of(key.get());
        if (!type) return unusable("is of a type that cannot be used; RSA, P-256, P-384, P-521 and Ed25519 can");
        if (*type == KeyType::rsa && EVP_PKEY_get_bits(key.get()) < kMinModulusBits)
            return unusable("is an RSA key of less than 2048 bits");
        PrivateSigningKey made;
        made.type_ = *type;
        made.algorithm_name_ = alg.value_or(std::string(usual_algorithm(*type)));
        const auto algorithm = jws_algorithm(made.algorithm_name_);
        if (!algorithm || key_type_for(*algorithm) != *type)
            return unusable("has an \"alg\" that is none of ours, or one of another type of key");
        if (!fits_together(key.get())) return unusable("has a private part that does not belong to its public one");
        made.algorithm_ = *algorithm;
        made.kid_ = kid ? *kid : thumbprint_of(*type, key.get());
        made.handle_ = std::make_shared<const SigningKeyHandle>(SigningKeyHandle{std::move(key)});
        return made;
    }
};

Result<PrivateSigningKey> PrivateSigningKey::generate(std::string_view algorithm) {
    const CleanErrorQueue clean;
    const auto known = jws_algorithm(algorithm);
    if (!known) {
        return failure(ErrorCode::bad_request,
                       "the algorithms are RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519");
    }
    Key key = new_key(key_type_for(*known));
    require(key != nullptr, "new key");
    return SigningKeyMaker::make(std::move(key), std::nullopt, std::string(algorithm));
}

Result<PrivateSigningKey> PrivateSigningKey::from_jwk(const Json& jwk) {
    const CleanErrorQueue clean;
    if (!jwk.is_object()) return unusable("is no JWK");
    const auto kid = jwk.string_at("kid");
    if (!kid || kid->empty() || kid->size() > kMaxKidSize) return unusable("has no \"kid\" of 1 to 256 characters");
    if (!may_sign(jwk)) return unusable("is not for signing (\"use\" or \"key_ops\")");
    if (jwk.find("alg") != nullptr && !jwk.string_at("alg")) return unusable("has an \"alg\" that is no text");
    Key key = key_of(jwk);
    if (!key) return unusable("is no whole private key of type RSA, EC (P-256, P-384, P-521) or OKP (Ed25519)");
    return SigningKeyMaker::make(std::move(key), kid, jwk.string_at("alg"));
}

Result<PrivateSigningKey> PrivateSigningKey::from_pem(const Secret& pem) {
    const CleanErrorQueue clean;
    const Bio memory(BIO_new_mem_buf(pem.reveal().data(), static_cast<int>(pem.size())));
    require(memory != nullptr, "PEM");
    Key key(PEM_read_bio_PrivateKey(memory.get(), nullptr, no_passphrase, nullptr));
    if (!key) return unusable("holds no private key in PEM without a passphrase");
    return SigningKeyMaker::make(std::move(key), std::nullopt, std::nullopt);
}

PrivateSigningKey PrivateSigningKey::named(std::string kid) const {
    PrivateSigningKey renamed = *this;
    renamed.kid_ = std::move(kid);
    return renamed;
}

Result<PrivateSigningKey> PrivateSigningKey::signing_with(std::string_view algorithm) const {
    const auto known = jws_algorithm(algorithm);
    if (!known || key_type_for(*known) != type_)
        return failure(ErrorCode::bad_request, "this type of key does not sign with that algorithm");
    PrivateSigningKey changed = *this;
    changed.algorithm_ = *known;
    changed.algorithm_name_ = std::string(algorithm);
    return changed;
}

Json PrivateSigningKey::public_jwk() const {
    Json jwk = Json::object();
    for (auto& [name, value] : public_members(type_, handle_->key.get())) jwk.set(std::string(name), value);
    jwk.set("kid", kid_);
    jwk.set("alg", algorithm_name_);
    jwk.set("use", "sig");
    return jwk;
}

Secret PrivateSigningKey::private_jwk() const {
    std::string text = public_jwk().print();
    text.pop_back();
    for (auto& [name, value] : private_members(type_, handle_->key.get())) {
        text.append(",\"").append(name).append("\":\"").append(value).append("\"");
        wipe(value);
    }
    text.push_back('}');
    return Secret(std::move(text));
}

Secret PrivateSigningKey::private_pem() const {
    const Bio memory(BIO_new(BIO_s_secmem()));
    require(memory && PEM_write_bio_PKCS8PrivateKey(memory.get(), handle_->key.get(), nullptr, nullptr, 0, nullptr,
                                                    nullptr) == 1,
            "PEM");
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &text);
    return Secret(std::string(text, static_cast<std::size_t>(size)));
}

std::string PrivateSigningKey::sign(const Json& header, std::string_view payload) const {
    Json whole = Json::object({{"alg", algorithm_name_}});
    for (const auto& [name, value] : header.as_object()) whole.set(name, value);
    const std::string input = base64url_encode(whole.print()) + '.' + base64url_encode(payload);
    return input + '.' + base64url_encode(make_signature(algorithm_, *handle_, input));
}

namespace {

Result<std::vector<PrivateSigningKey>> keys_of_set(const Json& set) {
    const Json* listed = set.find("keys");
    if (listed == nullptr || !listed->is_array()) return unusable("is no JWK Set: {\"keys\": […]}");
    if (listed->as_array().empty()) return unusable("is a JWK Set without a key");
    if (listed->as_array().size() > kMaxKeys) return unusable("is a JWK Set of more than 16 keys");
    std::vector<PrivateSigningKey> keys;
    std::string problems;
    for (std::size_t i = 0; i < listed->as_array().size(); ++i) {
        auto key = PrivateSigningKey::from_jwk(listed->as_array()[i]);
        const bool twice = key && std::any_of(keys.begin(), keys.end(), [&](const PrivateSigningKey& other) {
                               return other.kid() == key->kid();
                           });
        const std::string why = !key ? key.error().detail : twice ? "has a \"kid\" that came before" : std::string();
        if (!why.empty()) problems += (problems.empty() ? "key " : "; key ") + std::to_string(i + 1) + " " + why;
        if (key) keys.push_back(std::move(*key));
    }
    if (!problems.empty()) return unusable(std::move(problems));
    return keys;
}

}  // namespace

Result<std::vector<PrivateSigningKey>> signing_keys(const Secret& text) {
    if (text.reveal().find("-----BEGIN ") != std::string::npos) {
        auto key = PrivateSigningKey::from_pem(text);
        if (!key) return failure(std::move(key.error()));
        return std::vector<PrivateSigningKey>{std::move(*key)};
    }
    const auto set = Json::parse(text.reveal());
    if (!set) return unusable("is neither a JWK Set nor PEM");
    return keys_of_set(*set);
}

std::string jwk_thumbprint(const Json& jwk) {
    static constexpr std::array<std::string_view, 3> kRsa{"e", "kty", "n"};
    static constexpr std::array<std::string_view, 4> kEc{"crv", "kty", "x", "y"};
    static constexpr std::array<std::string_view, 3> kOkp{"crv", "kty", "x"};  // RFC 8037 §2
    const auto kty = jwk.string_at("kty").value_or("");
    std::span<const std::string_view> names = kOkp;
    if (kty == "RSA") names = kRsa;
    if (kty == "EC") names = kEc;
    Json required = Json::object();
    for (const std::string_view name : names) required.set(std::string(name), jwk.string_at(name).value_or(""));
    return base64url_encode(sha256(required.print()));
}

}  // namespace vestibule
