// What this folder shares of OpenSSL: owners for its handles, and octets as it wants them. For .cpp files of crypto/
// only.
#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace vestibule::openssl {

template <auto kFree>
struct Freed {
    template <class T>
    void operator()(T* handle) const {
        kFree(handle);
    }
};

using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, Freed<EVP_CIPHER_CTX_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Freed<BN_clear_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;

inline const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
inline unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

// A refused signature leaves entries in the thread's error queue, where libcurl's TLS would later read them as its own.
class CleanErrorQueue {
public:
    CleanErrorQueue() = default;
    CleanErrorQueue(const CleanErrorQueue&) = delete;
    CleanErrorQueue& operator=(const CleanErrorQueue&) = delete;
    ~CleanErrorQueue() { ERR_clear_error(); }
};

// For steps that cannot fail but for want of memory or a broken OpenSSL.
inline void require(bool done, const char* step) {
    if (!done) throw std::runtime_error(std::string("OpenSSL: ") + step);
}

}  // namespace vestibule::openssl

namespace vestibule {

// What crypto/jwk.h only names.
struct PublicKeyHandle {
    openssl::Key key;
};

// What crypto/signing_key.h only names.
struct SigningKeyHandle {
    openssl::Key key;
};

}  // namespace vestibule
