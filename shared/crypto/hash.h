// SHA-2, HMAC and HKDF over octets (FIPS 180-4, RFC 2104, RFC 5869).
#pragma once

#include <string>
#include <string_view>

namespace vestibule {

std::string sha256(std::string_view octets);  // 32 octets
std::string sha384(std::string_view octets);  // 48
std::string sha512(std::string_view octets);  // 64
// 20 octets. By it Redis names a script; nothing may rest on it (RFC 6194).
std::string sha1(std::string_view octets);
std::string hmac_sha256(std::string_view key, std::string_view octets);
// `length` ≤ 255 · 32 octets.
std::string hkdf_sha256(std::string_view input_key, std::string_view salt, std::string_view info, std::size_t length);

}  // namespace vestibule
