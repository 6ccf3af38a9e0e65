// Attack data and other tables, kept as files under tests/vectors/.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vestibule {

// The cases of tests/vectors/`name`, one a line: "# " begins a comment, empty lines are skipped, {HH} is the octet of
// that number, {} is nothing. Aborts where there is no such file or no case in it: a check that finds nothing fails.
// The tests run from the top of the repository.
std::vector<std::string> vector_lines(std::string_view name);

// For the message of a failed check: controls and non-ASCII as {HH} again.
std::string visible(std::string_view text);

}  // namespace vestibule
