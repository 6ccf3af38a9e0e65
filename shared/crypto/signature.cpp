#include "crypto/signature.h"

#include <openssl/ec.h>
#include <openssl/rsa.h>

#include <optional>

#include "crypto/curves.h"
#include "crypto/openssl.h"

namespace vestibule {
namespace {

using namespace openssl;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;

const EVP_MD* digest_of(JwsAlgorithm algorithm) {
    switch (algorithm) {
        case JwsAlgorithm::RS256:
        case JwsAlgorithm::PS256:
        case JwsAlgorithm::ES256: return EVP_sha256();
        case JwsAlgorithm::RS384:
        case JwsAlgorithm::PS384:
        case JwsAlgorithm::ES384: return EVP_sha384();
        case JwsAlgorithm::RS512:
        case JwsAlgorithm::PS512:
        case JwsAlgorithm::ES512: return EVP_sha512();
        case JwsAlgorithm::EdDSA: return nullptr;  // hashes by itself
    }
    return nullptr;
}

bool is_pss(JwsAlgorithm algorithm) {
    return algorithm == JwsAlgorithm::PS256 || algorithm == JwsAlgorithm::PS384 || algorithm == JwsAlgorithm::PS512;
}

// The size of R and of S (RFC 7518 §3.4); 0 for what is no ECDSA.
std::size_t ecdsa_half(KeyType type) {
    const Curve* curve = curve_of(type);
    return curve == nullptr ? 0 : curve->coordinate_size;
}

Number number_of(std::string_view octets) {
    Number number(BN_bin2bn(bytes(octets), static_cast<int>(octets.size()), nullptr));
    require(number != nullptr, "number");
    return number;
}

std::string der_of(const ECDSA_SIG* signature) {
    unsigned char* text = nullptr;
    const int size = i2d_ECDSA_SIG(signature, &text);
    require(size > 0, "ECDSA signature");
    std::string der(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
    OPENSSL_free(text);
    return der;
}

// R ‖ S of exact length as the DER that OpenSSL reads. Zero is refused here, as CVE-2022-21449 taught; R or S that is
// not below the group's order is refused by OpenSSL (checklist I13).
std::optional<std::string> ecdsa_der(std::string_view raw, std::size_t half) {
    if (raw.size() != 2 * half) return std::nullopt;
    Number r = number_of(raw.substr(0, half));
    Number s = number_of(raw.substr(half));
    if (BN_is_zero(r.get()) || BN_is_zero(s.get())) return std::nullopt;
    const EcdsaSignature signature(ECDSA_SIG_new());
    require(signature && ECDSA_SIG_set0(signature.get(), r.release(), s.release()) == 1, "ECDSA signature");
    return der_of(signature.get());
}

// RFC 7518 §3.5: MGF1 with the same hash, a salt as long as the hash; nothing is taken from the signature.
bool set_pss(EVP_PKEY_CTX* options, const EVP_MD* digest) {
    return EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(options, digest) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1;
}

bool verify(JwsAlgorithm algorithm, EVP_PKEY* key, std::string_view signed_octets, std::string_view signature) {
    const EVP_MD* digest = digest_of(algorithm);
    const Digest context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* options = nullptr;  // belongs to the context
    if (!context || EVP_DigestVerifyInit(context.get(), &options, digest, nullptr, key) != 1) return false;
    if (is_pss(algorithm) && !set_pss(options, digest)) return false;
    return EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(signed_octets),
                            signed_octets.size()) == 1;
}

// The other way round: what OpenSSL wrote as R ‖ S, each filled up with zeros.
std::string ecdsa_raw(std::string_view der, std::size_t half) {
    const unsigned char* cursor = bytes(der);
    const EcdsaSignature signature(d2i_ECDSA_SIG(nullptr, &cursor, static_cast<long>(der.size())));
    std::string raw(2 * half, '\0');
    const int size = static_cast<int>(half);
    require(signature && BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), bytes(raw), size) == size &&
                BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), bytes(raw) + half, size) == size,
            "ECDSA signature");
    return raw;
}

std::string sign(JwsAlgorithm algorithm, EVP_PKEY* key, std::string_view octets) {
    const EVP_MD* digest = digest_of(algorithm);
    const Digest context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* options = nullptr;  // belongs to the context
    require(context && EVP_DigestSignInit(context.get(), &options, digest, nullptr, key) == 1, "signing");
    require(!is_pss(algorithm) || set_pss(options, digest), "PSS");
    std::size_t size = 0;
    require(EVP_DigestSign(context.get(), nullptr, &size, bytes(octets), octets.size()) == 1, "signature size");
    std::string signature(size, '\0');
    require(EVP_DigestSign(context.get(), bytes(signature), &size, bytes(octets), octets.size()) == 1, "signature");
    signature.resize(size);
    return signature;
}

}  // namespace

KeyType key_type_for(JwsAlgorithm algorithm) {
    switch (algorithm) {
        case JwsAlgorithm::ES256: return KeyType::ec_p256;
        case JwsAlgorithm::ES384: return KeyType::ec_p384;
        case JwsAlgorithm::ES512: return KeyType::ec_p521;
        case JwsAlgorithm::EdDSA: return KeyType::ed25519;
        default: return KeyType::rsa;
    }
}

bool is_signature_of(JwsAlgorithm algorithm, const VerificationKey& key, std::string_view signed_octets,
                     std::string_view signature) {
    const CleanErrorQueue clean;
    EVP_PKEY* const handle = key.handle->key.get();
    const std::size_t half = ecdsa_half(key.type);
    if (half == 0) return verify(algorithm, handle, signed_octets, signature);
    const auto der = ecdsa_der(signature, half);
    return der && verify(algorithm, handle, signed_octets, *der);
}

std::string make_signature(JwsAlgorithm algorithm, const SigningKeyHandle& key, std::string_view octets) {
    const CleanErrorQueue clean;
    std::string signature = sign(algorithm, key.key.get(), octets);
    const std::size_t half = ecdsa_half(key_type_for(algorithm));
    return half == 0 ? signature : ecdsa_raw(signature, half);
}

}  // namespace vestibule
