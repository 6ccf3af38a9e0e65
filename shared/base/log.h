// Structured log events. One event is one line of JSON on stderr (adapters/system/log_stderr.h writes it); a test keeps
// them (`recording_log`). Values are plain text or numbers; a Secret does not convert, so it cannot be logged by
// accident.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace vestibule {

enum class LogLevel { debug, info, warning, error };

std::string_view name_of(LogLevel level);

using LogValue = std::variant<std::string, std::int64_t, bool>;
using LogField = std::pair<std::string_view, LogValue>;

struct LogEvent {
    LogLevel level = LogLevel::info;
    std::string_view event;  // a fixed dotted name such as "login.succeeded"
    std::vector<LogField> fields;
};

// Thread-safe.
class Log {
public:
    virtual ~Log() = default;
    virtual void write(const LogEvent& event) = 0;

    void info(std::string_view event, std::initializer_list<LogField> fields = {}) {
        write({LogLevel::info, event, fields});
    }
    void warning(std::string_view event, std::initializer_list<LogField> fields = {}) {
        write({LogLevel::warning, event, fields});
    }
    void error(std::string_view event, std::initializer_list<LogField> fields = {}) {
        write({LogLevel::error, event, fields});
    }
};

}  // namespace vestibule
