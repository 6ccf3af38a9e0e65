// Keeps every event, for a test to look at and to search for what must never be logged.
#pragma once

#include <algorithm>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"

namespace vestibule {

class RecordingLog final : public Log {
public:
    // A copy that owns its text: a LogEvent only borrows it.
    struct Entry {
        LogLevel level;
        std::string event;
        std::vector<std::pair<std::string, LogValue>> fields;

        std::optional<LogValue> field(std::string_view name) const {
            for (const auto& [key, value] : fields) {
                if (key == name) return value;
            }
            return std::nullopt;
        }
        // The text of a field; "" where there is none or it is no text.
        std::string text(std::string_view name) const {
            const auto value = field(name);
            const auto* text = value ? std::get_if<std::string>(&*value) : nullptr;
            return text ? *text : std::string{};
        }
    };

    void write(const LogEvent& event) override {
        Entry entry{event.level, std::string(event.event), {}};
        for (const auto& [name, value] : event.fields) entry.fields.emplace_back(name, value);
        const std::lock_guard lock(mutex_);
        entries_.push_back(std::move(entry));
    }

    std::vector<Entry> entries() const {
        const std::lock_guard lock(mutex_);
        return entries_;
    }

    std::size_t count(std::string_view event) const {
        const auto all = entries();
        return static_cast<std::size_t>(
            std::count_if(all.begin(), all.end(), [&](const Entry& entry) { return entry.event == event; }));
    }
    bool has(std::string_view event) const { return count(event) > 0; }

    // The last event of that name.
    std::optional<Entry> last(std::string_view event) const {
        const auto all = entries();
        const auto found =
            std::find_if(all.rbegin(), all.rend(), [&](const Entry& entry) { return entry.event == event; });
        return found == all.rend() ? std::nullopt : std::optional(*found);
    }

    // Everything, one event a line, unescaped: for canary scans.
    std::string text() const {
        std::string result;
        for (const Entry& entry : entries()) {
            result.append(name_of(entry.level)).append(" ").append(entry.event);
            for (const auto& [name, value] : entry.fields)
                result.append(" ").append(name).append("=").append(print(value));
            result.append("\n");
        }
        return result;
    }

private:
    static std::string print(const LogValue& value) {
        if (const auto* text = std::get_if<std::string>(&value)) return *text;
        if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
        return std::to_string(std::get<std::int64_t>(value));
    }

    mutable std::mutex mutex_;
    std::vector<Entry> entries_;
};

}  // namespace vestibule
