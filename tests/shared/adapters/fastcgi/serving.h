// serving_program behind a socket of its own, for one test.
#pragma once

#include <string>

#include "base/clock.h"
#include "tests/support/fastcgi_client.h"
#include "tests/support/started_program.h"

namespace vestibule {

class Serving {
public:
    // A client that is silent for `client_timeout` is given up.
    explicit Serving(std::vector<std::string> more = {}, Milliseconds client_timeout = Milliseconds{30'000})
        : program_({[&] {
                        std::vector<std::string> arguments{program_beside("serving_program"), "--listen",
                                                           "unix:" + (directory_ / "socket")};
                        arguments.insert(arguments.end(), more.begin(), more.end());
                        return arguments;
                    }(),
                    {{"CLIENT_TIMEOUT_MS", std::to_string(client_timeout.count())}},
                    -1,
                    false}) {
        program_.wait_for_line("\"serving\"");
    }

    std::string socket() const { return directory_ / "socket"; }
    std::string file(std::string_view name) const { return directory_ / name; }
    StartedProgram& program() { return program_; }

    FastcgiAnswer get(std::string_view target, const FastcgiParams& more = {}) {
        return FastcgiClient(socket()).exchange(params_of(target, more));
    }
    FastcgiAnswer post(std::string_view target, std::string_view body, const std::string& length) {
        return FastcgiClient(socket()).exchange(
            params_of(target, {{"REQUEST_METHOD", "POST"}, {"CONTENT_LENGTH", length}}), body);
    }

private:
    TemporaryDirectory directory_;
    StartedProgram program_;
};

}  // namespace vestibule
