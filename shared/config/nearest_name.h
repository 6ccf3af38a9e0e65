// "Did you mean …": the name somebody probably meant.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vestibule {

// The first of `names` that differs from `written` in case, '_' and '-' only, or else the one with the fewest edits
// (insert, remove or change a letter, exchange two; at most one in three letters). Nothing where none is near.
std::optional<std::string> nearest_name(std::string_view written, const std::vector<std::string>& names);

}  // namespace vestibule
