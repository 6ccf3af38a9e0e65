// The files of a client with a key pair and a certificate, made when they are first asked for: never a file of this
// repository.
#pragma once

#include <string>

#include "crypto/client_certificate.h"
#include "crypto/signing_key.h"

namespace vestibule {

struct ClientFiles {
    std::string key_set;  // a private JWK Set with one ES256 key
    std::string certificate;
    std::string certificate_key;
    std::string thumbprint;
};

// Another set each time; valid from 2020 to 2100.
inline ClientFiles new_client_files() {
    const auto signing = PrivateSigningKey::generate("ES256").value();
    const auto key = PrivateSigningKey::generate("ES256").value();
    const NewCertificate wanted{"spa", WallTime{Seconds{1'577'836'800}}, WallTime{Seconds{4'102'444'800}},
                                jwk_thumbprint(key.public_jwk()).substr(0, 16)};
    ClientFiles files;
    files.key_set = R"({"keys":[)" + signing.private_jwk().reveal() + "]}";
    files.certificate = make_self_signed_certificate(key, wanted);
    files.certificate_key = key.private_pem().reveal();
    files.thumbprint = certificate_facts(files.certificate).value().thumbprint;
    return files;
}

// The same ones for everybody in this process.
inline const ClientFiles& client_files() {
    static const ClientFiles files = new_client_files();
    return files;
}

}  // namespace vestibule
