// Lists of header field names.
#pragma once

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace vestibule {

// Names compare without case. `names` is any range of texts.
template <class Names>
bool holds_name(const Names& names, std::string_view name) {
    return std::any_of(names.begin(), names.end(), [&](const auto& other) { return equal_ignoring_case(other, name); });
}

// The members of a comma-separated list in one or more fields of that name, blanks around them removed, empty ones
// skipped (RFC 9110 §5.6.1). Borrowed from `headers`. Quoted commas separate, too: not for fields with parameters.
std::vector<std::string_view> list_members(const HeaderFields& headers, std::string_view name);

// The fields that Connection names for this hop only (RFC 9110 §7.6.1; checklist P12).
inline std::vector<std::string_view> connection_names(const HeaderFields& headers) {
    return list_members(headers, "Connection");
}

}  // namespace vestibule
