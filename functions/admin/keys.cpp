#include "functions/admin/keys.h"

#include <ostream>

#include "codec/json.h"
#include "functions/admin/failure.h"
#include "functions/admin/key_lines.h"
#include "functions/admin/new_key.h"
#include "functions/admin/replace_file.h"
#include "functions/admin/table.h"
#include "session/login_flow.h"

namespace vestibule::admin {
namespace {

// What a command needs: the file, its lines, and how long a session may live that was sealed with one of its keys.
struct Opened {
    std::string path;
    KeyLines lines;
    std::optional<Seconds> longest_session;  // absent: no configuration says
};

Result<Opened> open(const std::optional<std::string>& file, const KeyDesk& desk) {
    const auto config = load_config(desk.sources);
    if (!file && !config) {
        return failure(ErrorCode::internal,
                       "no --file is named, and the configuration is not usable\n" + print_problems(config.error()));
    }
    const std::string path = file.value_or(config ? config->keys_file : std::string());
    if (path.empty()) return failure(ErrorCode::internal, "the keys are in BFF_KEYS, not in a file; change them there");
    auto content = desk.sources.file(path, ConfigSources::Privacy::secret);
    if (!content) return tl::make_unexpected(content.error());
    if (!*content) return failure(ErrorCode::internal, path + " does not exist; `admin keys new --output` makes it");
    auto lines = KeyLines::read(Secret(std::move(**content)));
    if (!lines) return tl::make_unexpected(lines.error());
    return Opened{path, std::move(*lines), config ? std::optional(config->session.absolute) : std::nullopt};
}

// When nothing can be sealed with it any more that anybody may still show; nothing where nobody knows.
std::optional<WallTime> over_at(const KeyLines::Key& key, const Opened& opened) {
    if (!key.sealed_until || !opened.longest_session) return std::nullopt;
    return *key.sealed_until + *opened.longest_session + kLoginFlowLifetime;
}

std::string state_of(std::size_t index, const KeyLines::Key& key) {
    if (index == 0) return "seals and opens";
    return key.sealed_until ? "opens" : "opens; never sealed, or nobody wrote down until when";
}

std::string retirement_of(std::size_t index, const KeyLines::Key& key, const Opened& opened, WallTime now) {
    if (index == 0) return "";
    const auto over = over_at(key, opened);
    if (!over) return "unknown";
    return *over <= now ? "now" : "in " + print_span(*over - now);
}

void print_keys(const Opened& opened, WallTime now, std::ostream& out) {
    std::vector<std::vector<std::string>> table = {{"KEY", "SEALED UNTIL", "MAY RETIRE", "STATE"}};
    for (std::size_t i = 0; i < opened.lines.keys().size(); ++i) {
        const KeyLines::Key& key = opened.lines.keys()[i];
        table.push_back({key.id, key.sealed_until ? print_time(*key.sealed_until) : "-",
                         i == 0 ? "-" : retirement_of(i, key, opened, now), state_of(i, key)});
    }
    print_table(out, table);
}

Json as_json(const Opened& opened) {
    Json::Array list;
    for (std::size_t i = 0; i < opened.lines.keys().size(); ++i) {
        const KeyLines::Key& key = opened.lines.keys()[i];
        const auto over = over_at(key, opened);
        list.push_back(Json::object({{"id", key.id},
                                     {"seals", i == 0},
                                     {"sealedUntil", key.sealed_until ? Json(print_time(*key.sealed_until)) : Json()},
                                     {"mayRetireAt", over && i > 0 ? Json(print_time(*over)) : Json()}}));
    }
    return Json::object({{"file", opened.path}, {"keys", Json(std::move(list))}});
}

// Why the key stays, or nothing.
std::optional<std::string> reason_to_keep(const RetireKey& command, const Opened& opened, WallTime now) {
    const KeyLines::Key* key = opened.lines.find(command.id);
    if (key == nullptr) return "there is no key " + command.id + " in the file";
    if (opened.lines.keys().front().id == command.id) {
        return "it seals; `admin keys rotate` first, so that another does";
    }
    if (command.force == RetireKey::Force::yes) return std::nullopt;
    const auto over = over_at(*key, opened);
    if (!over) return "nobody wrote down until when it sealed; sessions may need it. --force ends them";
    if (*over > now) return "sessions may need it for another " + print_span(*over - now) + "; --force ends them";
    return std::nullopt;
}

int written(const Opened& opened, const std::string& what, std::string_view problem, const KeyDesk& desk) {
    const auto replaced = replace_file(opened.path, opened.lines.text());
    if (!replaced) return fail(desk.terminal, problem, replaced.error());
    desk.terminal.out << what << '\n';
    return kDone;
}

}  // namespace

int rotate_keys(const RotateKeys& command, const KeyDesk& desk) {
    constexpr std::string_view kProblem = "the keys were not rotated";
    auto opened = open(command.file, desk);
    if (!opened) return fail(desk.terminal, kProblem, opened.error());
    const WallTime now = desk.clock.now();
    std::vector<std::string> taken;
    for (const KeyLines::Key& key : opened->lines.keys()) taken.push_back(key.id);
    const std::string id = command.id.value_or(id_of_today(taken, now));
    if (opened->lines.find(id)) return fail(desk.terminal, kProblem, "the file has a key " + id + " already");
    const auto line = make_key_line(id, desk.random);
    if (!line) return fail(desk.terminal, kProblem, line.error());
    if (command.place == RotateKeys::Place::last) {
        opened->lines.put_last(*line);
        return written(*opened,
                       "key " + id + " is last in " + opened->path +
                           " and only opens.\nGive the file to every host, then `admin keys promote " + id + "`.",
                       kProblem, desk);
    }
    opened->lines.put_first(*line, now);
    return written(*opened,
                   "key " + id + " is first in " + opened->path +
                       ".\nRunning functions seal with it within a few seconds; the keys below it still open.",
                   kProblem, desk);
}

int promote_key(const PromoteKey& command, const KeyDesk& desk) {
    constexpr std::string_view kProblem = "the key was not promoted";
    auto opened = open(command.file, desk);
    if (!opened) return fail(desk.terminal, kProblem, opened.error());
    if (!opened->lines.find(command.id)) return fail(desk.terminal, kProblem, "there is no key " + command.id);
    opened->lines.make_first(command.id, desk.clock.now());
    return written(*opened, "key " + command.id + " is first in " + opened->path + " and seals within a few seconds",
                   kProblem, desk);
}

int list_keys(const ListKeys& command, const KeyDesk& desk) {
    const auto opened = open(command.file, desk);
    if (!opened) return fail(desk.terminal, "the keys cannot be listed", opened.error());
    if (command.output == Output::json) {
        desk.terminal.out << as_json(*opened).print_indented() << '\n';
    } else {
        print_keys(*opened, desk.clock.now(), desk.terminal.out);
    }
    return kDone;
}

int retire_key(const RetireKey& command, const KeyDesk& desk) {
    constexpr std::string_view kProblem = "the key was not retired";
    auto opened = open(command.file, desk);
    if (!opened) return fail(desk.terminal, kProblem, opened.error());
    if (const auto reason = reason_to_keep(command, *opened, desk.clock.now())) {
        return fail(desk.terminal, kProblem, *reason);
    }
    opened->lines.remove(command.id);
    return written(*opened,
                   "key " + command.id + " is gone from " + opened->path +
                       "; running functions forget it within a "
                       "second of their next request",
                   kProblem, desk);
}

}  // namespace vestibule::admin
