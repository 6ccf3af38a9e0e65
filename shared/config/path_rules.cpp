#include "config/path_rules.h"

#include <algorithm>

namespace vestibule {
namespace {

bool is_plain(char c) {
    const bool letter_or_digit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter_or_digit || std::string_view("/-._~!$&'()*+,=:@").find(c) != std::string_view::npos;
}

bool has_dot_segment(std::string_view path) {
    while (!path.empty()) {
        path.remove_prefix(1);  // '/'
        const std::string_view segment = path.substr(0, path.find('/'));
        if (segment == "." || segment == "..") return true;
        path.remove_prefix(segment.size());
    }
    return false;
}

}  // namespace

std::optional<std::string> problem_of_path(std::string_view path) {
    if (!path.starts_with('/')) return "must begin with '/'";
    if (path.find('%') != path.npos) return "must not hold encoded octets (%…); write plain letters";
    if (path.find_first_of("?#") != path.npos) return "must be a path only, without '?' or '#'";
    if (!std::all_of(path.begin(), path.end(), is_plain)) {
        return "holds characters that do not belong into a path; use letters, digits, '-', '.', '_' and '~'";
    }
    if (path.find("//") != path.npos) return "must not have an empty segment (//)";
    if (has_dot_segment(path)) return "must not have the segments . or ..";
    return std::nullopt;
}

bool is_taken_by_route(std::string_view path, std::string_view route_prefix) {
    return path.starts_with(route_prefix) || route_prefix.starts_with(std::string(path) + "/");
}

}  // namespace vestibule
