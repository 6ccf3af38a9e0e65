#include "codec/base64url.h"

#include <array>
#include <cstdint>

namespace vestibule {
namespace {

constexpr std::string_view kUrlAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kPlainAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoDigit = 0xff;

constexpr std::array<std::uint8_t, 256> digit_values() {
    std::array<std::uint8_t, 256> values{};
    values.fill(kNoDigit);
    for (std::size_t i = 0; i < kUrlAlphabet.size(); ++i) {
        values[static_cast<unsigned char>(kUrlAlphabet[i])] = static_cast<std::uint8_t>(i);
    }
    return values;
}

constexpr std::array<std::uint8_t, 256> kDigitValues = digit_values();

std::string encode(std::string_view octets, std::string_view alphabet) {
    std::string text;
    text.reserve((octets.size() + 2) / 3 * 4);
    std::uint32_t bits = 0;
    int held = 0;
    for (const char octet : octets) {
        bits = (bits << 8 | static_cast<unsigned char>(octet)) & 0xffff;
        for (held += 8; held >= 6; held -= 6) text.push_back(alphabet[bits >> (held - 6) & 63]);
    }
    if (held > 0) text.push_back(alphabet[bits << (6 - held) & 63]);
    return text;
}

}  // namespace

std::string base64url_encode(std::string_view octets) { return encode(octets, kUrlAlphabet); }

std::string base64_encode(std::string_view octets) {
    std::string text = encode(octets, kPlainAlphabet);
    text.resize((text.size() + 3) / 4 * 4, '=');
    return text;
}

std::optional<std::string> base64url_decode(std::string_view text) {
    std::string octets;
    octets.reserve(text.size() * 3 / 4);
    std::uint32_t bits = 0;
    int held = 0;
    for (const char character : text) {
        const std::uint8_t digit = kDigitValues[static_cast<unsigned char>(character)];
        if (digit == kNoDigit) return std::nullopt;
        bits = (bits << 6 | digit) & 0xffff;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        octets.push_back(static_cast<char>(bits >> held & 0xff));
    }
    // A last group of one character, or bits that encode nothing: two texts for one value, so neither is accepted.
    if (held == 6 || (bits & ((1U << held) - 1)) != 0) return std::nullopt;
    return octets;
}

std::string hex_encode(std::string_view octets) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    text.reserve(octets.size() * 2);
    for (const char octet : octets) {
        const auto value = static_cast<unsigned char>(octet);
        text.push_back(kDigits[value >> 4]);
        text.push_back(kDigits[value & 15]);
    }
    return text;
}

std::optional<std::string> hex_decode(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    if (text.size() % 2 != 0) return std::nullopt;
    std::string octets;
    octets.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const std::size_t high = kDigits.find(text[i]);
        const std::size_t low = kDigits.find(text[i + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
        octets.push_back(static_cast<char>(high << 4 | low));
    }
    return octets;
}

}  // namespace vestibule
