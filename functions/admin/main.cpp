#include <unistd.h>

#include <algorithm>
#include <exception>
#include <iostream>

#include "functions/admin/command_line.h"
#include "functions/admin/surroundings.h"

int main(int argc, char** argv) try {
    using namespace vestibule::admin;
    const auto command = read_command_line({argv + std::min(argc, 1), argv + argc});
    if (!command) {
        std::cout << command.error().out;
        std::cerr << command.error().err;
        return command.error().exit_status;
    }
    vestibule::BareWorld bare;
    const bool watched = ::isatty(STDERR_FILENO) == 1;
    return run(*command, system_surroundings(bare),
               {std::cout, std::cerr, watched ? Terminal::Progress::live : Terminal::Progress::none});
} catch (const std::exception& exception) {
    std::cerr << "admin: " << exception.what() << '\n';
    return vestibule::admin::kFailed;
}
