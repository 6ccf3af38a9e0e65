#include "adapters/system/log_stderr.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

#include "codec/json.h"
#include "codec/utf8.h"

namespace vestibule {
namespace {

constexpr std::size_t kMaxText = 1024;

// RFC 3339 in UTC, with milliseconds; no locale, no time zone (checklist H34).
std::string print_time(std::chrono::sys_time<std::chrono::milliseconds> time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
    return text.data();
}

std::string cut(const std::string& text) {
    if (text.size() <= kMaxText) return text;
    std::size_t end = kMaxText;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    return text.substr(0, end) + "…";
}

Json json_of(const LogValue& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return Json(cut(*text));
    if (const auto* flag = std::get_if<bool>(&value)) return Json(*flag);
    return Json(std::get<std::int64_t>(value));
}

std::string field_name(const Json& line, std::string_view name) {
    return line.find(name) ? "field." + std::string(name) : std::string(name);
}

unsigned code_point_of(std::string_view character) {
    const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(character[i]) & 0x3fU; };
    if (character.size() == 2) return (static_cast<unsigned char>(character[0]) & 0x1fU) << 6 | octet(1);
    if (character.size() == 3)
        return (static_cast<unsigned char>(character[0]) & 0x0fU) << 12 | octet(1) << 6 | octet(2);
    return 0;
}

// C1 controls, the marks, embeddings, overrides and isolates of the bidirectional algorithm, and the byte-order mark.
bool deceives_a_reader(unsigned code_point) {
    return (code_point >= 0x80 && code_point <= 0x9f) || code_point == 0x061c || code_point == 0xfeff ||
           (code_point >= 0x200b && code_point <= 0x200f) || (code_point >= 0x2028 && code_point <= 0x202e) ||
           (code_point >= 0x2060 && code_point <= 0x2069);
}

// JSON text is escaped below U+0080 already; what is left to encode stands inside strings only.
std::string encode_deceptive(std::string_view json) {
    std::string result;
    while (!json.empty()) {
        const std::string_view character = json.substr(0, std::max<std::size_t>(1, utf8_character_size(json)));
        const unsigned code_point = character.size() > 1 ? code_point_of(character) : 0;
        if (deceives_a_reader(code_point)) {
            std::array<char, 8> escape{};
            std::snprintf(escape.data(), escape.size(), "\\u%04x", code_point & 0xffffU);
            result += escape.data();
        } else {
            result += character;
        }
        json.remove_prefix(character.size());
    }
    return result;
}

void write_whole(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;  // nowhere left to say so
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace

std::string log_line(const LogEvent& event, std::string_view function, const RequestIdentity& identity,
                     std::chrono::sys_time<std::chrono::milliseconds> time) {
    Json line = Json::object({{"time", print_time(time)},
                              {"level", name_of(event.level)},
                              {"event", cut(std::string(event.event))},
                              {"function", function}});
    if (!identity.request_id.empty()) line.set("request", identity.request_id);
    if (!identity.trace_id.empty()) line.set("trace", identity.trace_id);
    for (const auto& [name, value] : event.fields) line.set(field_name(line, name), json_of(value));
    return encode_deceptive(line.print());
}

void LogStderr::write(const LogEvent& event) {
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    write_whole(log_line(event, function_, LogScope::current(), now) + "\n");
}

}  // namespace vestibule
