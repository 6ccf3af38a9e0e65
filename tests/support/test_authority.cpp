#include "tests/support/test_authority.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace vestibule {
namespace {

struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(BIO* memory) const { BIO_free(memory); }
    void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Certificate = std::unique_ptr<X509, Free>;
using Memory = std::unique_ptr<BIO, Free>;

constexpr long kDay = 24L * 60 * 60;

void require(bool done) {
    if (!done) throw std::runtime_error("OpenSSL cannot make a certificate");
}

Key new_key() {
    Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    require(key != nullptr);
    return key;
}

void add(X509* certificate, int which, const std::string& value) {
    const std::unique_ptr<X509_EXTENSION, Free> extension(X509V3_EXT_conf_nid(nullptr, nullptr, which, value.c_str()));
    require(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

// Unsigned, without an issuer.
Certificate certificate_for(EVP_PKEY* key, const WantedCertificate& wanted) {
    Certificate certificate(X509_new());
    std::int64_t serial = 0;
    require(certificate && RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1);
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set_int64(X509_get_serialNumber(certificate.get()), serial & 0x7fffffffffffffff);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), wanted.from_days * kDay);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), wanted.until_days * kDay);
    const auto* name = reinterpret_cast<const unsigned char*>(wanted.host.c_str());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8, name, -1, -1, 0);
    require(X509_set_pubkey(certificate.get(), key) == 1);
    return certificate;
}

void sign(X509* certificate, const X509* issuer, EVP_PKEY* key) {
    require(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
            X509_sign(certificate, key, EVP_sha256()) > 0);
}

std::string text_in(BIO* memory) {
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory, &text);
    return {text, static_cast<std::size_t>(size)};
}

std::string pem(X509* certificate) {
    const Memory memory(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_X509(memory.get(), certificate) == 1);
    return text_in(memory.get());
}

std::string pem(EVP_PKEY* key) {
    const Memory memory(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_PKCS8PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
    return text_in(memory.get());
}

}  // namespace

struct TestAuthority::Handles {
    Key key = new_key();
    Certificate certificate = certificate_for(key.get(), {.host = "Authority of a test"});
};

TestAuthority::TestAuthority() : handles_(std::make_unique<Handles>()) {
    add(handles_->certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
    sign(handles_->certificate.get(), handles_->certificate.get(), handles_->key.get());
}

TestAuthority::~TestAuthority() = default;

std::string TestAuthority::certificate() const { return pem(handles_->certificate.get()); }

Issued TestAuthority::issue(const WantedCertificate& wanted) const {
    const Key key = new_key();
    const Certificate certificate = certificate_for(key.get(), wanted);
    add(certificate.get(), NID_subject_alt_name, "DNS:" + wanted.host);
    sign(certificate.get(), handles_->certificate.get(), handles_->key.get());
    return {pem(certificate.get()) + this->certificate(), pem(key.get())};
}

Issued TestAuthority::self_signed(const WantedCertificate& wanted) {
    const Key key = new_key();
    const Certificate certificate = certificate_for(key.get(), wanted);
    add(certificate.get(), NID_subject_alt_name, "DNS:" + wanted.host);
    sign(certificate.get(), certificate.get(), key.get());
    return {pem(certificate.get()), pem(key.get())};
}

}  // namespace vestibule
