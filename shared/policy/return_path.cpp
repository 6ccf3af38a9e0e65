#include "policy/return_path.h"

#include <algorithm>

#include "codec/percent.h"

namespace vestibule {
namespace {

constexpr std::size_t kMaxOctets = 1024;

// Visible ASCII without the backslash, which browsers read as '/' (WHATWG URL, "special" schemes).
bool is_plain(char c) { return c > 0x20 && c < 0x7f && c != '\\'; }

bool is_dot_segment(std::string_view decoded) { return decoded == "." || decoded == ".."; }

bool is_separator_or_control(char c) {
    const auto octet = static_cast<unsigned char>(c);
    return c == '/' || c == '\\' || octet <= 0x20 || octet == 0x7f;
}

enum class Position { first, later };

bool is_harmless(std::string_view segment, Position position) {
    const auto decoded = percent_decode(segment);
    if (!decoded || is_dot_segment(*decoded)) return false;
    if (position == Position::later) return true;
    return std::none_of(decoded->begin(), decoded->end(), is_separator_or_control);
}

// `path` begins with '/'. Only the last segment may be empty: "/a/".
bool is_harmless_path(std::string_view path) {
    Position position = Position::first;
    while (!path.empty()) {
        path.remove_prefix(1);
        const std::string_view segment = path.substr(0, path.find('/'));
        path.remove_prefix(segment.size());
        if (segment.empty() && !path.empty()) return false;
        if (!is_harmless(segment, position)) return false;
        position = Position::later;
    }
    return true;
}

}  // namespace

std::optional<ReturnPath> ReturnPath::parse(std::string_view text) {
    if (text.size() > kMaxOctets || !text.starts_with('/')) return std::nullopt;
    if (!std::all_of(text.begin(), text.end(), is_plain)) return std::nullopt;
    if (!is_harmless_path(text.substr(0, text.find_first_of("?#")))) return std::nullopt;
    return ReturnPath(std::string(text));
}

std::string ReturnPath::with_parameter(std::string_view name, std::string_view value) const {
    const auto fragment = std::min(text_.find('#'), text_.size());
    std::string result = text_.substr(0, fragment);
    const auto question = result.find('?');
    if (question == std::string::npos) {
        result += '?';
    } else if (question + 1 < result.size() && !result.ends_with('&')) {
        result += '&';
    }
    result.append(percent_encode(name)).append("=").append(percent_encode(value));
    return result.append(text_, fragment);
}

ReturnPath app_path(const Config& config) {
    static const ReturnPath root = ReturnPath::parse("/").value();
    return ReturnPath::parse(config.paths.app).value_or(root);
}

}  // namespace vestibule
