#include "codec/utf8.h"

#include <algorithm>

namespace vestibule {
namespace {

unsigned char octet_at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

std::size_t announced_size(unsigned char first) {
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first <= 0xdf) return 2;
    if (first >= 0xe0 && first <= 0xef) return 3;
    if (first >= 0xf0 && first <= 0xf4) return 4;
    return 0;
}

// The second octet is what rules out overlong forms, surrogates and numbers past the end (RFC 3629 §4).
bool second_octet_fits(unsigned char first, unsigned char second) {
    switch (first) {
        case 0xe0: return second >= 0xa0 && second <= 0xbf;
        case 0xed: return second >= 0x80 && second <= 0x9f;
        case 0xf0: return second >= 0x90 && second <= 0xbf;
        case 0xf4: return second >= 0x80 && second <= 0x8f;
        default: return second >= 0x80 && second <= 0xbf;
    }
}

bool is_continuation(char octet) { return (static_cast<unsigned char>(octet) & 0xc0) == 0x80; }

}  // namespace

std::size_t utf8_character_size(std::string_view text) {
    if (text.empty()) return 0;
    const unsigned char first = octet_at(text, 0);
    const std::size_t size = announced_size(first);
    if (size <= 1) return size;
    if (text.size() < size || !second_octet_fits(first, octet_at(text, 1))) return 0;
    const std::string_view rest = text.substr(2, size - 2);
    return std::all_of(rest.begin(), rest.end(), is_continuation) ? size : 0;
}

bool is_valid_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t size = utf8_character_size(text);
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

}  // namespace vestibule
