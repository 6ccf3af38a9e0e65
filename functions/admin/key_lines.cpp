#include "functions/admin/key_lines.h"

#include <algorithm>
#include <ctime>

#include "crypto/key_ring.h"
#include "functions/admin/table.h"

namespace vestibule::admin {
namespace {

constexpr std::string_view kMark = "# until ";

std::string_view without_blanks(std::string_view line) {
    constexpr std::string_view kBlank = " \t\r";
    line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
    return line.substr(0, line.find_last_not_of(kBlank) + 1);
}

// The id of a line that holds a key; "" for any other.
std::string id_of(const Secret& line) {
    const std::string_view text = without_blanks(line.reveal());
    if (text.empty() || text.front() == '#') return {};
    return std::string(text.substr(0, text.find(':')));
}

// The time that a text begins with.
std::optional<WallTime> time_of(const std::string& text) {
    std::tm parts{};
    const char* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    if (end == nullptr) return std::nullopt;
    return WallTime{Seconds{timegm(&parts)}};
}

std::vector<Secret> lines_of(std::string_view text) {
    std::vector<Secret> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.emplace_back(std::string(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

Secret without_line_end(const Secret& line) {
    return Secret(line.reveal().substr(0, line.reveal().find_last_not_of("\r\n") + 1));
}

}  // namespace

Result<KeyLines> KeyLines::read(const Secret& text) {
    const auto ring = KeyRing::parse(text);
    if (!ring) return failure(ErrorCode::internal, "the file holds something else than keys: " + ring.error().detail);
    KeyLines file;
    file.lines_ = lines_of(text.reveal());
    file.reread();
    return file;
}

void KeyLines::reread() {
    keys_.clear();
    for (const Secret& line : lines_) {
        if (std::string id = id_of(line); !id.empty()) keys_.push_back({std::move(id), std::nullopt});
    }
    for (const Secret& line : lines_) {
        const std::string_view text = without_blanks(line.reveal());
        if (!text.starts_with(kMark)) continue;
        for (Key& key : keys_) {
            if (text.ends_with(mark_of(key.id))) key.sealed_until = time_of(std::string(text.substr(kMark.size())));
        }
    }
}

const KeyLines::Key* KeyLines::find(const std::string& id) const {
    const auto found = std::find_if(keys_.begin(), keys_.end(), [&](const Key& key) { return key.id == id; });
    return found == keys_.end() ? nullptr : &*found;
}

std::size_t KeyLines::line_of(const std::string& id) const {
    const auto found =
        std::find_if(lines_.begin(), lines_.end(), [&](const Secret& line) { return id_of(line) == id; });
    return static_cast<std::size_t>(found - lines_.begin());
}

void KeyLines::remove_mark(const std::string& id) {
    std::erase_if(lines_, [&](const Secret& line) {
        const std::string_view text = without_blanks(line.reveal());
        return text.starts_with(kMark) && text.ends_with(mark_of(id));
    });
}

void KeyLines::mark_first(WallTime now) {
    const std::string id = keys_.front().id;
    remove_mark(id);
    const auto at = lines_.begin() + static_cast<std::ptrdiff_t>(line_of(id));
    lines_.insert(at, Secret(std::string(kMark) + print_time(now) + mark_of(id)));
}

void KeyLines::put_first(const Secret& line, WallTime now) {
    mark_first(now);
    lines_.insert(lines_.begin(), without_line_end(line));
    reread();
}

void KeyLines::put_last(const Secret& line) {
    lines_.push_back(without_line_end(line));
    reread();
}

void KeyLines::make_first(const std::string& id, WallTime now) {
    if (keys_.front().id == id) return;
    const Secret line = lines_[line_of(id)];
    remove(id);
    put_first(line, now);
}

void KeyLines::remove(const std::string& id) {
    remove_mark(id);
    lines_.erase(lines_.begin() + static_cast<std::ptrdiff_t>(line_of(id)));
    reread();
}

Secret KeyLines::text() const {
    std::string text;
    std::size_t size = 0;
    for (const Secret& line : lines_) size += line.size() + 1;
    text.reserve(size);  // growing would leave copies behind
    for (const Secret& line : lines_) text.append(line.reveal()).append("\n");
    return Secret(std::move(text));
}

}  // namespace vestibule::admin
