#include "codec/cookie_header.h"

#include <algorithm>

namespace vestibule {
namespace {

constexpr std::size_t kMaxPairs = 100;

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t";
    const std::size_t start = std::min(text.find_first_not_of(kBlank), text.size());
    text.remove_prefix(start);
    return text.substr(0, text.find_last_not_of(kBlank) + 1);
}

}  // namespace

std::vector<std::pair<std::string_view, std::string_view>> parse_cookie_header(std::string_view header) {
    std::vector<std::pair<std::string_view, std::string_view>> pairs;
    while (!header.empty() && pairs.size() < kMaxPairs) {
        // A comma cannot stand in a cookie value (RFC 6265bis §4.1.1), so it always separates: no value spans two.
        const std::size_t end = std::min(header.find_first_of(";,"), header.size());
        const std::string_view piece = header.substr(0, end);
        header.remove_prefix(std::min(end + 1, header.size()));
        const std::size_t equals = piece.find('=');
        if (equals == std::string_view::npos) continue;
        pairs.emplace_back(trimmed(piece.substr(0, equals)), trimmed(piece.substr(equals + 1)));
    }
    return pairs;
}

}  // namespace vestibule
