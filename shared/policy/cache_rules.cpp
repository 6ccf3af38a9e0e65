#include "policy/cache_rules.h"

#include <algorithm>
#include <array>
#include <vector>

#include "policy/field_names.h"

namespace vestibule {
namespace {

constexpr std::array<std::string_view, 7> kKept{
    "max-age", "no-cache", "must-revalidate", "no-transform", "immutable", "stale-while-revalidate", "stale-if-error"};
constexpr std::array<std::string_view, 3> kOurs{"Cookie", "Origin", "Sec-Fetch-Site"};

std::string_view name_of(std::string_view directive) { return directive.substr(0, directive.find('=')); }

bool is_seconds(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// A token, alone or with a token (RFC 9111 §5.2), and with seconds where it is to be kept.
bool is_plain(std::string_view directive) {
    const std::string_view name = name_of(directive);
    if (name == directive) return is_valid_field_name(name);
    const std::string_view value = directive.substr(name.size() + 1);
    return is_valid_field_name(name) && (holds_name(kKept, name) ? is_seconds(value) : is_valid_field_name(value));
}

// Lists within quotes are split wrongly. What has them, or anything that caches may read in different ways, is not
// trusted to say anything.
bool is_readable(const std::vector<std::string_view>& directives) {
    return std::all_of(directives.begin(), directives.end(), is_plain);
}

std::string made_private(const std::vector<std::string_view>& directives) {
    std::string result = "private";
    for (const std::string_view directive : directives) {
        if (holds_name(kKept, name_of(directive))) result.append(", ").append(directive);
    }
    return result;
}

void append_new(std::string& list, std::vector<std::string_view>& known, std::string_view name) {
    if (holds_name(known, name)) return;
    known.push_back(name);
    list.append(list.empty() ? "" : ", ").append(name);
}

}  // namespace

std::string cache_control(const HeaderFields& upstream, const Route& route) {
    const auto directives = list_members(upstream, "Cache-Control");
    const bool may_be_kept =
        route.cache && !directives.empty() && is_readable(directives) && !holds_name(directives, "no-store");
    if (may_be_kept) return made_private(directives);
    return holds_name(directives, "no-transform") ? "no-store, no-transform" : "no-store";
}

std::string vary(const HeaderFields& upstream) {
    std::string list;
    std::vector<std::string_view> known;
    for (const std::string_view name : list_members(upstream, "Vary")) {
        if (name == "*") return "*";
        if (!is_valid_field_name(name)) continue;
        append_new(list, known, equal_ignoring_case(name, "Authorization") ? kOurs[0] : name);
    }
    for (const std::string_view name : kOurs) append_new(list, known, name);
    return list;
}

}  // namespace vestibule
