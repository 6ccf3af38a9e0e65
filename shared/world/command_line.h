// The command line that every function has.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "world/serve.h"

namespace vestibule {

struct CommandLine {
    enum class Action { serve, check, help, version };
    Action action = Action::serve;
    std::optional<std::string> listen;  // an address, see --help
    std::optional<int> threads;         // instead of the configured number
};

// Or what is wrong with it, for people. `--option value` and `--option=value` are the same.
tl::expected<CommandLine, std::string> read_command_line(int argc, const char* const* argv);

std::string help_text(const FunctionFacts& facts);
std::string version_text(const FunctionFacts& facts);  // and the stores that are built in

}  // namespace vestibule
