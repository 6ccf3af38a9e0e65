// From words to a command. The only place that includes CLI11.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "functions/admin/commands.h"

namespace vestibule::admin {

// There is nothing to run: help or the version was asked for (exit status 0, `out`), or it is no command (2, `err`).
struct NothingToRun {
    int exit_status = kMisused;
    std::string out;
    std::string err;
};

// `words` without the program's name.
tl::expected<Command, NothingToRun> read_command_line(const std::vector<std::string>& words);

}  // namespace vestibule::admin
