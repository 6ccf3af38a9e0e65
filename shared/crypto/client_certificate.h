// X.509 certificates that a client presents in TLS (RFC 8705): looked at before they are used, and made where the
// provider takes self-signed ones.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/signing_key.h"

namespace vestibule {

struct CertificateFacts {
    std::string thumbprint;  // x5t#S256: BASE64URL(SHA-256) of the certificate (RFC 8705 §3.1)
    std::string subject;     // as RFC 4514 writes it, which is how tls_client_auth_subject_dn is registered
    std::string der;         // the certificate itself, for x5c
    WallTime not_before;
    WallTime not_after;
};

// The first certificate of a PEM text; those after it are its chain. internal, the detail says what is wrong: it is no
// certificate.
Result<CertificateFacts> certificate_facts(std::string_view certificates);

// internal where the unencrypted private key in `key` (PEM) is not the one that the first certificate is for.
Result<void> check_key_of_certificate(std::string_view certificates, const Secret& key);

struct NewCertificate {
    std::string common_name;  // 1–64 octets
    WallTime not_before;
    WallTime not_after;
    std::string serial;  // random octets, at most 20 (RFC 5280 §4.1.2.2)
};

// A self-signed certificate for the key, for TLS clients only: PEM.
std::string make_self_signed_certificate(const PrivateSigningKey& key, const NewCertificate& wanted);

}  // namespace vestibule
