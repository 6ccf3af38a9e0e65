#include "config/nearest_name.h"

#include <algorithm>

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

// Damerau's and Levenshtein's distance: letters inserted, removed, changed, or two neighbours exchanged.
std::size_t edits_between(std::string_view a, std::string_view b) {
    std::vector<std::vector<std::size_t>> edits(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) edits[i][0] = i;
    for (std::size_t j = 0; j <= b.size(); ++j) edits[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = edits[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U);
            edits[i][j] = std::min({changed, edits[i - 1][j] + 1, edits[i][j - 1] + 1});
            const bool exchanged = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (exchanged) edits[i][j] = std::min(edits[i][j], edits[i - 2][j - 2] + 1);
        }
    }
    return edits[a.size()][b.size()];
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
