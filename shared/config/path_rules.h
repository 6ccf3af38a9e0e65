// What a path in the configuration must be: plain, absolute, without anything that two programs could read differently.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vestibule {

// Why `path` cannot be used, or nothing: it begins with '/' and has no query, fragment, escape, backslash, ';', white
// space, non-ASCII octet, empty segment or dot segment (checklist P05).
std::optional<std::string> problem_of_path(std::string_view path);

// Whether a route with that prefix would also serve `path`, or lie below it (checklist P06).
bool is_taken_by_route(std::string_view path, std::string_view route_prefix);

}  // namespace vestibule
