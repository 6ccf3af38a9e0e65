// The log: one JSON object a line on stderr (DESIGN §5, checklist G03, G04).
//
//   {"time":"2026-01-01T00:00:00.000Z","level":"info","event":"login.succeeded","function":"login",
//    "request":"0af7…","trace":"4bf9…", …the event's own fields}
//
// `request` and `trace` are those of the thread's LogScope (base/log_scope.h) and left out where there is none. A field
// named like one of the above stands under "field.<name>". Control characters, line ends and the characters that
// change the direction of text are written as \uXXXX; a text is cut after 1024 octets. A line is one write(2), so lines
// of threads and of processes do not mix.
#pragma once

#include <chrono>
#include <string>

#include "base/log.h"
#include "base/log_scope.h"

namespace vestibule {

class LogStderr final : public Log {
public:
    explicit LogStderr(std::string function) : function_(std::move(function)) {}
    void write(const LogEvent& event) override;

private:
    const std::string function_;
};

// The line without its line end, for tests.
std::string log_line(const LogEvent& event, std::string_view function, const RequestIdentity& identity,
                     std::chrono::sys_time<std::chrono::milliseconds> time);

}  // namespace vestibule
