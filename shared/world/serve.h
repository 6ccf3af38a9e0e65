// From main() to a handler: the command line, the configuration, the world, and however this process was started
// (FastCGI on descriptor 0, --listen, or CGI). DESIGN §5 "Serving".
#pragma once

#include <functional>
#include <string_view>

#include "http/message.h"
#include "world/world.h"

namespace vestibule {

struct FunctionFacts {
    std::string_view name;     // "login"
    std::string_view summary;  // one sentence for --help
};

// Answer --help, --version and --check, or serve until SIGTERM. The return value is main's: 0 after a graceful stop, 1
// where the configuration, keys or store are unusable (every problem on stderr), 2 for a wrong command line.
int serve_session_function(int argc, char** argv, const FunctionFacts& facts,
                           const std::function<Response(const Request&, const SessionWorld&)>& handler);
int serve_provider_function(int argc, char** argv, const FunctionFacts& facts,
                            const std::function<Response(const Request&, const ProviderWorld&)>& handler);

}  // namespace vestibule
