#include "crypto/seal.h"

#include <array>
#include <stdexcept>

#include "crypto/hash.h"
#include "crypto/openssl.h"

namespace vestibule {
namespace {

using namespace openssl;

constexpr char kVersion = 0x01;
constexpr std::size_t kKeySize = 32;
constexpr std::size_t kNonceSize = 12;
constexpr std::size_t kTagSize = 16;
constexpr std::size_t kMaxPlain = 8 * 1024 * 1024;

// A sealed value taken apart; nothing of it is to be believed yet.
struct Parts {
    std::string_view key_id;
    std::string_view nonce;
    std::string_view ciphertext;
    std::string_view tag;
};

std::string_view take(std::string_view& text, std::size_t size) {
    const std::string_view front = text.substr(0, size);
    text.remove_prefix(front.size());
    return front;
}

std::optional<Parts> take_apart(std::string_view sealed) {
    if (sealed.size() < 2 || sealed[0] != kVersion) return std::nullopt;
    const std::size_t id_size = static_cast<unsigned char>(sealed[1]);
    sealed.remove_prefix(2);
    if (id_size == 0 || sealed.size() < id_size + kNonceSize + kTagSize) return std::nullopt;
    Parts parts;
    parts.key_id = take(sealed, id_size);
    parts.nonce = take(sealed, kNonceSize);
    parts.ciphertext = take(sealed, sealed.size() - kTagSize);
    parts.tag = sealed;
    if (parts.ciphertext.size() > kMaxPlain) return std::nullopt;
    return parts;
}

std::string with_length(std::string_view field) {
    std::string result;
    for (int shift = 24; shift >= 0; shift -= 8) result += static_cast<char>(field.size() >> shift & 0xff);
    return result.append(field);
}

// Each field with its length before it, so that none can be shifted into another (checklist X03).
std::string authenticated_data(std::string_view key_id, const SealBinding& binding) {
    return std::string(1, kVersion) + with_length(key_id) + with_length(binding.purpose) + with_length(binding.context);
}

// The ring key has a fixed size, so where it ends and `extra` begins is never in doubt.
Secret message_key(const KeyRing::Key& key, const SealBinding& binding) {
    std::string input = key.octets.reveal();
    input.reserve(kKeySize + binding.extra.size());
    input.append(binding.extra);
    Secret derived(hkdf_sha256(input, binding.context, binding.purpose, kKeySize));
    wipe(input);
    return derived;
}

// The numbers that EVP_CipherInit_ex gives them.
enum class Direction { decrypt = 0, encrypt = 1 };

Cipher start(Direction direction, const Secret& key, std::string_view nonce, std::string_view authenticated) {
    Cipher cipher(EVP_CIPHER_CTX_new());
    int ignored = 0;
    require(cipher && EVP_CipherInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes(key.reveal()), bytes(nonce),
                                        static_cast<int>(direction)) == 1,
            "AES-GCM key");
    require(EVP_CipherUpdate(cipher.get(), nullptr, &ignored, bytes(authenticated),
                             static_cast<int>(authenticated.size())) == 1,
            "AES-GCM authenticated data");
    return cipher;
}

// GCM is a stream: as many octets come out as go in.
std::string passed_through(EVP_CIPHER_CTX* cipher, std::string_view input) {
    std::string output(input.size(), '\0');
    int size = 0;
    if (input.empty()) return output;
    require(EVP_CipherUpdate(cipher, bytes(output), &size, bytes(input), static_cast<int>(input.size())) == 1,
            "AES-GCM");
    return output;
}

std::string final_tag(EVP_CIPHER_CTX* cipher) {
    std::array<unsigned char, kTagSize> nothing{};
    int size = 0;
    std::string tag(kTagSize, '\0');
    require(EVP_CipherFinal_ex(cipher, nothing.data(), &size) == 1, "AES-GCM end");
    require(EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kTagSize), tag.data()) == 1,
            "AES-GCM tag");
    return tag;
}

bool tag_matches(EVP_CIPHER_CTX* cipher, std::string_view expected) {
    const CleanErrorQueue clean;
    std::array<unsigned char, kTagSize> nothing{};
    int size = 0;
    std::string tag(expected);  // OpenSSL wants it writable
    require(EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kTagSize), tag.data()) == 1,
            "AES-GCM tag");
    return EVP_CipherFinal_ex(cipher, nothing.data(), &size) == 1;
}

}  // namespace

std::string seal(const KeyRing& keys, Random& random, const SealBinding& binding, const Secret& plain) {
    if (plain.size() > kMaxPlain) throw std::invalid_argument("a value too large to seal");
    const KeyRing::Key& key = keys.sealing();
    const std::string nonce = random.octets(kNonceSize);
    const auto cipher =
        start(Direction::encrypt, message_key(key, binding), nonce, authenticated_data(key.id, binding));
    std::string sealed(1, kVersion);
    sealed.append(1, static_cast<char>(key.id.size())).append(key.id).append(nonce);
    sealed += passed_through(cipher.get(), plain.reveal());
    return sealed + final_tag(cipher.get());
}

std::optional<Secret> open_sealed(const KeyRing& keys, const SealBinding& binding, std::string_view sealed) {
    const auto parts = take_apart(sealed);
    const KeyRing::Key* key = parts ? keys.find(parts->key_id) : nullptr;
    if (key == nullptr) return std::nullopt;
    const auto cipher =
        start(Direction::decrypt, message_key(*key, binding), parts->nonce, authenticated_data(parts->key_id, binding));
    Secret plain(passed_through(cipher.get(), parts->ciphertext));
    if (!tag_matches(cipher.get(), parts->tag)) return std::nullopt;
    return plain;
}

std::optional<std::string> sealing_key_id(std::string_view sealed) {
    const auto parts = take_apart(sealed);
    return parts ? std::optional<std::string>(parts->key_id) : std::nullopt;
}

}  // namespace vestibule
