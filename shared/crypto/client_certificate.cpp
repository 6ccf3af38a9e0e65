#include "crypto/client_certificate.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "codec/base64url.h"
#include "crypto/hash.h"
#include "crypto/openssl.h"

namespace vestibule {
namespace {

using namespace openssl;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;

constexpr long kVersion3 = 2;
constexpr unsigned char kSerialMask = 0x7f;  // positive (RFC 5280 §4.1.2.2)

tl::unexpected<Error> unusable(const char* why) { return failure(ErrorCode::internal, why); }

Bio reader(std::string_view text) {
    Bio memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    require(memory != nullptr, "PEM");
    return memory;
}

// OpenSSL would ask the terminal for it.
int no_passphrase(char*, int, int, void*) { return 0; }

Certificate first_certificate(std::string_view text) {
    return Certificate(PEM_read_bio_X509(reader(text).get(), nullptr, no_passphrase, nullptr));
}

WallTime time_of(const ASN1_TIME* time) {
    std::tm parts{};
    require(ASN1_TIME_to_tm(time, &parts) == 1, "time of a certificate");
    return WallTime{Seconds{::timegm(&parts)}};
}

std::string text_in(BIO* memory) {
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory, &text);
    return {text, static_cast<std::size_t>(size)};
}

std::string subject_of(const X509* certificate) {
    const Bio memory(BIO_new(BIO_s_mem()));
    require(memory != nullptr, "subject");
    X509_NAME_print_ex(memory.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
    return text_in(memory.get());
}

std::string der_of(X509* certificate) {
    const int size = i2d_X509(certificate, nullptr);
    require(size > 0, "certificate");
    std::string der(static_cast<std::size_t>(size), '\0');
    unsigned char* at = bytes(der);
    i2d_X509(certificate, &at);
    return der;
}

void set_serial(X509* certificate, std::string serial) {
    serial.front() = static_cast<char>(static_cast<unsigned char>(serial.front()) & kSerialMask);
    const Number number(BN_bin2bn(bytes(serial), static_cast<int>(serial.size()), nullptr));
    require(number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr, "serial number");
}

void set_names(X509* certificate, const std::string& common_name) {
    X509_NAME* name = X509_get_subject_name(certificate);
    require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, bytes(common_name),
                                       static_cast<int>(common_name.size()), -1, 0) == 1 &&
                X509_set_issuer_name(certificate, name) == 1,
            "name");
}

void set_times(X509* certificate, const NewCertificate& wanted) {
    require(ASN1_TIME_set(X509_getm_notBefore(certificate), wanted.not_before.time_since_epoch().count()) != nullptr &&
                ASN1_TIME_set(X509_getm_notAfter(certificate), wanted.not_after.time_since_epoch().count()) != nullptr,
            "time");
}

void add_extension(X509* certificate, int which, const char* value) {
    const Extension extension(X509V3_EXT_conf_nid(nullptr, nullptr, which, value));
    require(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "extension");
}

}  // namespace

Result<CertificateFacts> certificate_facts(std::string_view certificates) {
    const CleanErrorQueue clean;
    const Certificate certificate = first_certificate(certificates);
    if (!certificate) return unusable("holds no certificate in PEM");
    CertificateFacts facts;
    facts.der = der_of(certificate.get());
    facts.thumbprint = base64url_encode(sha256(facts.der));
    facts.subject = subject_of(certificate.get());
    facts.not_before = time_of(X509_get0_notBefore(certificate.get()));
    facts.not_after = time_of(X509_get0_notAfter(certificate.get()));
    return facts;
}

Result<void> check_key_of_certificate(std::string_view certificates, const Secret& key) {
    const CleanErrorQueue clean;
    const Certificate certificate = first_certificate(certificates);
    if (!certificate) return unusable("belongs to no certificate");
    const Key private_key(PEM_read_bio_PrivateKey(reader(key.reveal()).get(), nullptr, no_passphrase, nullptr));
    if (!private_key) return unusable("holds no private key in PEM without a passphrase");
    if (X509_check_private_key(certificate.get(), private_key.get()) != 1)
        return unusable("holds another private key than that of the certificate");
    return {};
}

std::string make_self_signed_certificate(const PrivateSigningKey& key, const NewCertificate& wanted) {
    const CleanErrorQueue clean;
    const Certificate certificate(X509_new());
    require(certificate && X509_set_version(certificate.get(), kVersion3) == 1, "certificate");
    set_serial(certificate.get(), wanted.serial);
    set_names(certificate.get(), wanted.common_name);
    set_times(certificate.get(), wanted);
    EVP_PKEY* own = key.handle().key.get();
    require(X509_set_pubkey(certificate.get(), own) == 1, "public key");
    add_extension(certificate.get(), NID_basic_constraints, "critical,CA:FALSE");
    add_extension(certificate.get(), NID_key_usage, "critical,digitalSignature");
    add_extension(certificate.get(), NID_ext_key_usage, "clientAuth");
    const EVP_MD* digest = key.type() == KeyType::ed25519 ? nullptr : EVP_sha256();  // Ed25519 brings its own
    require(X509_sign(certificate.get(), own, digest) > 0, "signature");
    const Bio memory(BIO_new(BIO_s_mem()));
    require(memory && PEM_write_bio_X509(memory.get(), certificate.get()) == 1, "PEM");
    return text_in(memory.get());
}

}  // namespace vestibule
