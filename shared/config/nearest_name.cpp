#include "config/nearest_name.h"

#include <algorithm>
#include <numeric>

namespace vestibule {
namespace {

std::string letters_of(std::string_view name) {
    std::string letters;
    for (const char c : name) {
        if (c >= 'A' && c <= 'Z')
            letters.push_back(static_cast<char>(c - 'A' + 'a'));
        else if (c != '_' && c != '-')
            letters.push_back(c);
    }
    return letters;
}

// Levenshtein's distance, one row at a time.
std::size_t edits_between(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U);
            diagonal = row[j];
            row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::optional<std::string> nearest_name(std::string_view written, const std::vector<std::string>& names) {
    constexpr std::size_t kLongest = 64;  // longer ones are no slip of the finger, and the work is quadratic
    if (written.size() > kLongest) return std::nullopt;
    const std::string letters = letters_of(written);
    std::optional<std::string> nearest;
    std::size_t fewest = letters.size() / 3 + 1;
    for (const std::string& name : names) {
        const std::size_t edits = edits_between(letters, letters_of(name));
        if (edits < fewest) {
            fewest = edits;
            nearest = name;
        }
    }
    return nearest;
}

}  // namespace vestibule
