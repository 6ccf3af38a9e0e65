#include "codec/percent.h"

namespace vestibule {
namespace {

bool is_unreserved(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

// The octet of an escape such as "%2F" at the front.
std::optional<char> escaped_octet(std::string_view text) {
    if (text.size() < 3) return std::nullopt;
    const int high = hex_value(text[1]);
    const int low = hex_value(text[2]);
    if (high < 0 || low < 0) return std::nullopt;
    return static_cast<char>(high * 16 + low);
}

}  // namespace

std::string percent_encode(std::string_view octets) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string text;
    text.reserve(octets.size());
    for (const char c : octets) {
        const auto octet = static_cast<unsigned char>(c);
        if (is_unreserved(c)) {
            text += c;
        } else {
            text.append(1, '%').append(1, kDigits[octet >> 4]).append(1, kDigits[octet & 15]);
        }
    }
    return text;
}

std::optional<std::string> percent_decode(std::string_view text) {
    std::string octets;
    octets.reserve(text.size());
    while (!text.empty()) {
        const bool escaped = text.front() == '%';
        const std::optional<char> octet = escaped ? escaped_octet(text) : text.front();
        if (!octet) return std::nullopt;
        octets += *octet;
        text.remove_prefix(escaped ? 3 : 1);
    }
    return octets;
}

}  // namespace vestibule
