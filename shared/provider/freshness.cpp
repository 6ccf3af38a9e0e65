#include "provider/freshness.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace vestibule {
namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t";
    const std::size_t start = text.find_first_not_of(kSpace);
    if (start == std::string_view::npos) return {};
    return text.substr(start, text.find_last_not_of(kSpace) - start + 1);
}

// delta-seconds, quoted by some; "a cache MUST consider the value to be … the greatest integer it can conveniently
// represent" where it is too large (RFC 9111 §1.2.2).
std::optional<std::int64_t> delta_seconds(std::string_view text) {
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
    if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    std::int64_t number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc::result_out_of_range) return kFreshAtMost.count();
    return number;
}

// What one Cache-Control directive says about freshness; nothing for those that say nothing.
std::optional<std::int64_t> stated_by(std::string_view directive) {
    const std::size_t equals = std::min(directive.find('='), directive.size());
    const std::string_view name = trimmed(directive.substr(0, equals));
    if (equal_ignoring_case(name, "no-store") || equal_ignoring_case(name, "no-cache")) return 0;
    if (!equal_ignoring_case(name, "max-age") || equals == directive.size()) return std::nullopt;
    return delta_seconds(trimmed(directive.substr(equals + 1)));
}

// The shortest of what is said.
std::optional<std::int64_t> stated_lifetime(const HeaderFields& headers) {
    std::optional<std::int64_t> shortest;
    for (std::string_view value : headers.all("Cache-Control")) {
        while (!value.empty()) {
            const std::size_t comma = std::min(value.find(','), value.size());
            if (const auto stated = stated_by(value.substr(0, comma)))
                shortest = std::min(shortest.value_or(*stated), *stated);
            value.remove_prefix(std::min(comma + 1, value.size()));
        }
    }
    return shortest;
}

}  // namespace

Seconds freshness(const HeaderFields& headers) {
    const auto stated = stated_lifetime(headers);
    if (!stated) return kFreshUnlessStated;
    const std::int64_t age = delta_seconds(trimmed(headers.single("Age").value_or(std::string_view{}))).value_or(0);
    return std::clamp(Seconds{*stated - age}, kFreshAtLeast, kFreshAtMost);
}

}  // namespace vestibule
