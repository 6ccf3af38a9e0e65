#include "tests/support/jws_signer.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <stdexcept>

#include "codec/base64url.h"

namespace vestibule {

struct PrivateKeyHandle {
    explicit PrivateKeyHandle(EVP_PKEY* pkey) : key(pkey) {
        if (key == nullptr) throw std::runtime_error("no key");
    }
    PrivateKeyHandle(const PrivateKeyHandle&) = delete;
    PrivateKeyHandle& operator=(const PrivateKeyHandle&) = delete;
    ~PrivateKeyHandle() { EVP_PKEY_free(key); }
    EVP_PKEY* key;
};

namespace {

void require(bool done, const char* what) {
    if (!done) throw std::runtime_error(what);
}

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

const char* curve_of(KeyType type) {
    switch (type) {
        case KeyType::ec_p256: return "P-256";
        case KeyType::ec_p384: return "P-384";
        case KeyType::ec_p521: return "P-521";
        default: return nullptr;
    }
}

std::size_t coordinate_size(KeyType type) { return type == KeyType::ec_p256 ? 32 : type == KeyType::ec_p384 ? 48 : 66; }

std::string fixed_octets(const BIGNUM* number, std::size_t size) {
    std::string octets(size, '\0');
    require(BN_bn2binpad(number, bytes(octets), static_cast<int>(size)) >= 0, "number too large");
    return octets;
}

std::string number_of(const EVP_PKEY* key, const char* name, std::size_t size = 0) {
    BIGNUM* number = nullptr;
    require(EVP_PKEY_get_bn_param(key, name, &number) == 1, name);
    std::string octets = fixed_octets(number, size != 0 ? size : static_cast<std::size_t>(BN_num_bytes(number)));
    BN_free(number);
    return base64url_encode(octets);
}

std::string ed25519_public(const EVP_PKEY* key) {
    std::string octets(32, '\0');
    std::size_t size = octets.size();
    require(EVP_PKEY_get_raw_public_key(key, bytes(octets), &size) == 1, "raw public key");
    return base64url_encode(octets);
}

std::string key_members(KeyType type, const EVP_PKEY* key) {
    if (type == KeyType::rsa) {
        return R"("kty":"RSA","n":")" + number_of(key, OSSL_PKEY_PARAM_RSA_N) + R"(","e":")" +
               number_of(key, OSSL_PKEY_PARAM_RSA_E) + '"';
    }
    if (type == KeyType::ed25519) return R"("kty":"OKP","crv":"Ed25519","x":")" + ed25519_public(key) + '"';
    const std::size_t size = coordinate_size(type);
    return std::string(R"("kty":"EC","crv":")") + curve_of(type) + R"(","x":")" +
           number_of(key, OSSL_PKEY_PARAM_EC_PUB_X, size) + R"(","y":")" +
           number_of(key, OSSL_PKEY_PARAM_EC_PUB_Y, size) + '"';
}

std::string member(std::string_view name, std::string_view value) {
    if (value.empty()) return {};
    return ",\"" + std::string(name) + "\":\"" + std::string(value) + '"';
}

const EVP_MD* digest_of(JwsAlgorithm algorithm) {
    using enum JwsAlgorithm;
    switch (algorithm) {
        case RS256:
        case PS256:
        case ES256: return EVP_sha256();
        case RS384:
        case PS384:
        case ES384: return EVP_sha384();
        case RS512:
        case PS512:
        case ES512: return EVP_sha512();
        case EdDSA: return nullptr;
    }
    return nullptr;
}

bool is_pss(JwsAlgorithm algorithm) {
    return algorithm == JwsAlgorithm::PS256 || algorithm == JwsAlgorithm::PS384 || algorithm == JwsAlgorithm::PS512;
}

void use_pss(EVP_PKEY_CTX* options, int salt_length) {
    require(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1, "padding");
    require(EVP_PKEY_CTX_set_rsa_pss_saltlen(options, salt_length < 0 ? RSA_PSS_SALTLEN_DIGEST : salt_length) == 1,
            "salt length");
}

std::string evp_signature(EVP_PKEY* key, JwsAlgorithm algorithm, std::string_view input, int salt_length) {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_PKEY_CTX* options = nullptr;
    require(EVP_DigestSignInit(context, &options, digest_of(algorithm), nullptr, key) == 1, "init");
    if (is_pss(algorithm)) use_pss(options, salt_length);
    std::size_t size = 0;
    require(EVP_DigestSign(context, nullptr, &size, bytes(input), input.size()) == 1, "size");
    std::string signature(size, '\0');
    require(EVP_DigestSign(context, bytes(signature), &size, bytes(input), input.size()) == 1, "sign");
    signature.resize(size);
    EVP_MD_CTX_free(context);
    return signature;
}

std::string raw_ecdsa(const std::string& der, std::size_t size) {
    const unsigned char* cursor = bytes(der);
    ECDSA_SIG* parsed = d2i_ECDSA_SIG(nullptr, &cursor, static_cast<long>(der.size()));
    require(parsed != nullptr, "ECDSA signature");
    std::string raw = fixed_octets(ECDSA_SIG_get0_r(parsed), size) + fixed_octets(ECDSA_SIG_get0_s(parsed), size);
    ECDSA_SIG_free(parsed);
    return raw;
}

}  // namespace

SigningKey::SigningKey(KeyType type, std::shared_ptr<const PrivateKeyHandle> handle)
    : type_(type), handle_(std::move(handle)) {}

SigningKey SigningKey::generate(KeyType type) {
    if (type == KeyType::rsa) return generate_rsa(2048, 65537);
    EVP_PKEY* key = type == KeyType::ed25519 ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                                             : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve_of(type));
    return {type, std::make_shared<const PrivateKeyHandle>(key)};
}

SigningKey SigningKey::generate_rsa(unsigned bits, unsigned long exponent) {
    EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
    BIGNUM* e = BN_new();
    EVP_PKEY* key = nullptr;
    require(BN_set_word(e, exponent) == 1 && EVP_PKEY_keygen_init(context) == 1, "init");
    require(EVP_PKEY_CTX_set_rsa_keygen_bits(context, static_cast<int>(bits)) == 1, "bits");
    require(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context, e) == 1, "exponent");
    require(EVP_PKEY_generate(context, &key) == 1, "generate");
    BN_free(e);
    EVP_PKEY_CTX_free(context);
    return {KeyType::rsa, std::make_shared<const PrivateKeyHandle>(key)};
}

SigningKey SigningKey::ed25519(std::string_view private_octets) {
    return {KeyType::ed25519, std::make_shared<const PrivateKeyHandle>(EVP_PKEY_new_raw_private_key(
                                  EVP_PKEY_ED25519, nullptr, bytes(private_octets), private_octets.size()))};
}

std::string SigningKey::public_jwk(std::string_view kid, std::string_view alg, std::string_view use) const {
    return '{' + key_members(type_, handle_->key) + member("kid", kid) + member("alg", alg) + member("use", use) + '}';
}

std::string SigningKey::public_pem() const {
    BIO* memory = BIO_new(BIO_s_mem());
    require(PEM_write_bio_PUBKEY(memory, handle_->key) == 1, "PEM");
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory, &data);
    std::string pem(data, static_cast<std::size_t>(size));
    BIO_free(memory);
    return pem;
}

std::string SigningKey::der_signature(JwsAlgorithm algorithm, std::string_view signing_input) const {
    return evp_signature(handle_->key, algorithm, signing_input, -1);
}

std::string SigningKey::signature(JwsAlgorithm algorithm, std::string_view signing_input, int salt_length) const {
    std::string made = evp_signature(handle_->key, algorithm, signing_input, salt_length);
    return curve_of(type_) != nullptr ? raw_ecdsa(made, coordinate_size(type_)) : made;
}

std::string jwk_set(std::initializer_list<std::string> jwks) {
    std::string keys;
    for (const std::string& jwk : jwks) keys += (keys.empty() ? "" : ",") + jwk;
    return "{\"keys\":[" + keys + "]}";
}

std::string sign_jws(const SigningKey& key, JwsAlgorithm algorithm, std::string_view header, std::string_view payload) {
    const std::string input = base64url_encode(header) + '.' + base64url_encode(payload);
    return input + '.' + base64url_encode(key.signature(algorithm, input));
}

std::string sign_jwt(const SigningKey& key, JwsAlgorithm algorithm, const JwtHeader& header, std::string_view claims) {
    const std::string text = "{\"alg\":\"" + std::string(name_of(algorithm)) + '"' + member("kid", header.kid) +
                             member("typ", header.typ) + '}';
    return sign_jws(key, algorithm, text, claims);
}

std::string compact_jws(std::string_view header, std::string_view payload, std::string_view signature) {
    return base64url_encode(header) + '.' + base64url_encode(payload) + '.' + base64url_encode(signature);
}

}  // namespace vestibule
