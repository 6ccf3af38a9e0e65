#include "functions/admin/session_key_text.h"

#include <algorithm>

namespace vestibule::admin {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr std::size_t kWhole = 64;
constexpr std::size_t kShort = 16;

bool is_hexadecimal(std::string_view text) { return text.find_first_not_of(kDigits) == std::string_view::npos; }

}  // namespace

std::string print_key(const SessionKey& key) {
    std::string text;
    for (const char c : key.octets) {
        const auto octet = static_cast<unsigned char>(c);
        text.push_back(kDigits[octet >> 4]);
        text.push_back(kDigits[octet & 0xf]);
    }
    return text;
}

std::string print_short_key(const SessionKey& key) { return print_key(key).substr(0, kShort); }

std::optional<SessionKey> parse_key(std::string_view text) {
    if (text.size() != kWhole || !is_hexadecimal(text)) return std::nullopt;
    SessionKey key;
    for (std::size_t i = 0; i < kWhole; i += 2) {
        key.octets.push_back(static_cast<char>(kDigits.find(text[i]) << 4 | kDigits.find(text[i + 1])));
    }
    return key;
}

bool is_key_beginning(std::string_view text) {
    return text.size() >= 8 && text.size() < kWhole && is_hexadecimal(text);
}

}  // namespace vestibule::admin
