#include "crypto/hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/secret.h"
#include "crypto/openssl.h"

namespace vestibule {
namespace {

using namespace openssl;

constexpr std::size_t kSha256Size = 32;

std::string digest(const EVP_MD* algorithm, std::string_view octets) {
    std::string result(static_cast<std::size_t>(EVP_MD_get_size(algorithm)), '\0');
    require(EVP_Digest(octets.data(), octets.size(), bytes(result), nullptr, algorithm, nullptr) == 1, "digest");
    return result;
}

}  // namespace

std::string sha256(std::string_view octets) { return digest(EVP_sha256(), octets); }
std::string sha384(std::string_view octets) { return digest(EVP_sha384(), octets); }
std::string sha512(std::string_view octets) { return digest(EVP_sha512(), octets); }
std::string sha1(std::string_view octets) { return digest(EVP_sha1(), octets); }

std::string hmac_sha256(std::string_view key, std::string_view octets) {
    // To HMAC() a null key means "the key of last time", and an empty string_view may well be null.
    const char* const key_octets = key.empty() ? "" : key.data();
    std::string result(kSha256Size, '\0');
    require(HMAC(EVP_sha256(), key_octets, static_cast<int>(key.size()), bytes(octets), octets.size(), bytes(result),
                 nullptr) != nullptr,
            "HMAC");
    return result;
}

// RFC 5869 §2.2 and §2.3, word for word: T(n) = HMAC(PRK, T(n-1) | info | n).
std::string hkdf_sha256(std::string_view input_key, std::string_view salt, std::string_view info, std::size_t length) {
    if (length > 255 * kSha256Size) throw std::invalid_argument("HKDF gives at most 255 blocks");
    std::string pseudo_random_key = hmac_sha256(salt, input_key);
    std::string output;
    std::string input;
    output.reserve(length + kSha256Size);
    for (unsigned char n = 1; output.size() < length; ++n) {
        input.append(info).append(1, static_cast<char>(n));
        std::string block = hmac_sha256(pseudo_random_key, input);
        output += block;
        wipe(input);
        input = std::move(block);
    }
    wipe(input);
    wipe(pseudo_random_key);
    output.resize(length);
    return output;
}

}  // namespace vestibule
