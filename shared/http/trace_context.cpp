#include "http/trace_context.h"

#include <algorithm>

namespace vestibule {
namespace {

bool is_lower_hex(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_all_zero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

constexpr std::size_t kSize = 55;  // 2-32-16-2

}  // namespace

std::optional<TraceParent> parse_traceparent(std::string_view value) {
    if (value.size() < kSize || value[2] != '-' || value[35] != '-' || value[52] != '-') return std::nullopt;
    const std::string_view version = value.substr(0, 2);
    const TraceParent parts{value.substr(3, 32), value.substr(36, 16), value.substr(53, 2)};
    if (!is_lower_hex(version) || version == "ff") return std::nullopt;
    if (value.size() > kSize && (version == "00" || value[kSize] != '-')) return std::nullopt;
    if (!is_lower_hex(parts.trace_id) || !is_lower_hex(parts.parent_id) || !is_lower_hex(parts.flags))
        return std::nullopt;
    if (is_all_zero(parts.trace_id) || is_all_zero(parts.parent_id)) return std::nullopt;
    return parts;
}

}  // namespace vestibule
