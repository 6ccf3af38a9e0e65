#include "policy/trace_headers.h"

#include <algorithm>
#include <optional>
#include <string>

#include "http/trace_context.h"
#include "policy/field_names.h"

namespace vestibule {
namespace {

constexpr std::size_t kMaxMembers = 32;
constexpr std::size_t kMaxOctets = 512;

bool is_key_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || std::string_view("_-*/@").find(c) != std::string::npos;
}

// key=value (§3.3.1.3); commas are gone already.
bool is_member(std::string_view member) {
    const auto equals = member.find('=');
    if (equals == std::string_view::npos || equals == 0 || equals + 1 == member.size()) return false;
    const std::string_view key = member.substr(0, equals);
    const std::string_view value = member.substr(equals + 1);
    return std::all_of(key.begin(), key.end(), is_key_character) &&
           std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7f && c != '='; });
}

std::optional<std::string> tracestate(const HeaderFields& request) {
    const auto members = list_members(request, "tracestate");
    if (members.empty() || members.size() > kMaxMembers) return std::nullopt;
    if (!std::all_of(members.begin(), members.end(), is_member)) return std::nullopt;
    std::string joined;
    for (const std::string_view member : members) joined.append(joined.empty() ? "" : ",").append(member);
    return joined.size() <= kMaxOctets ? std::optional(joined) : std::nullopt;
}

}  // namespace

HeaderFields trace_headers(const HeaderFields& request) {
    const auto parent = request.single("traceparent");
    if (!parent || !parse_traceparent(*parent)) return {};
    HeaderFields result{{"traceparent", std::string(*parent)}};
    if (const auto state = tracestate(request)) result.add("tracestate", *state);
    return result;
}

}  // namespace vestibule
