#include "tests/support/vector_lines.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace vestibule {
namespace {

std::string unescaped(std::string_view line) {
    std::string text;
    while (!line.empty()) {
        const auto close = line.front() == '{' ? line.find('}') : std::string_view::npos;
        if (close == std::string_view::npos) {
            text += line.front();
            line.remove_prefix(1);
            continue;
        }
        unsigned octet = 0;
        std::from_chars(line.data() + 1, line.data() + close, octet, 16);
        if (close > 1) text += static_cast<char>(octet);
        line.remove_prefix(close + 1);
    }
    return text;
}

}  // namespace

std::vector<std::string> vector_lines(std::string_view name) {
    std::ifstream file("tests/vectors/" + std::string(name));
    std::vector<std::string> cases;
    for (std::string line; std::getline(file, line);) {
        if (!line.empty() && !line.starts_with("# ")) cases.push_back(unescaped(line));
    }
    if (cases.empty()) {
        std::fprintf(stderr, "tests/vectors/%.*s: no cases\n", static_cast<int>(name.size()), name.data());
        std::abort();
    }
    return cases;
}

std::string visible(std::string_view text) {
    std::string result;
    for (const char c : text) {
        char escaped[5];
        std::snprintf(escaped, sizeof escaped, "{%02x}", static_cast<unsigned char>(c));
        result += c >= 0x20 && c < 0x7f ? std::string(1, c) : std::string(escaped);
    }
    return result;
}

}  // namespace vestibule
