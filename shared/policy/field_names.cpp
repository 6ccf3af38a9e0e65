#include "policy/field_names.h"

namespace vestibule {
namespace {

std::string_view without_blanks(std::string_view text) {
    constexpr std::string_view kBlanks = " \t";
    const auto first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace

std::vector<std::string_view> list_members(const HeaderFields& headers, std::string_view name) {
    std::vector<std::string_view> members;
    for (std::string_view rest : headers.all(name)) {
        while (!rest.empty()) {
            const auto comma = std::min(rest.find(','), rest.size());
            const std::string_view member = without_blanks(rest.substr(0, comma));
            if (!member.empty()) members.push_back(member);
            rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
    }
    return members;
}

}  // namespace vestibule
