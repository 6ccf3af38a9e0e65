#include <ostream>

#include "codec/json.h"
#include "functions/admin/failure.h"
#include "functions/admin/session_key_text.h"
#include "functions/admin/sessions.h"
#include "functions/admin/table.h"
#include "session/index_keys.h"

namespace vestibule::admin {
namespace {

Json as_json(const SessionRow& row) {
    return Json::object({{"key", print_key(row.key)},
                         {"createdAt", print_time(row.created_at)},
                         {"idleExpiresAt", print_time(row.idle_expires_at)},
                         {"expiresAt", print_time(row.expires_at)},
                         {"accessTokenExpiresAt", print_time(row.access_expires_at)},
                         {"version", static_cast<std::int64_t>(row.version)}});
}

void print_json(const std::vector<SessionRow>& rows, std::ostream& out) {
    Json::Array list;
    for (const SessionRow& row : rows) list.push_back(as_json(row));
    out << Json::object({{"sessions", Json(std::move(list))}}).print_indented() << '\n';
}

void print_rows(const std::vector<SessionRow>& rows, WallTime now, std::ostream& out) {
    std::vector<std::vector<std::string>> table = {{"KEY", "CREATED", "IDLE ENDS IN", "ENDS IN", "REFRESHES"}};
    for (const SessionRow& row : rows) {
        table.push_back({print_short_key(row.key), print_time(row.created_at), print_span(row.idle_expires_at - now),
                         print_span(row.expires_at - now), print_count(row.version - 1)});
    }
    print_table(out, table);
}

// "50 of 1,234 sessions; --limit shows more". How many one user has beyond the limit is not known.
std::string summary(const ListSessions& command, std::uint64_t shown, std::uint64_t all) {
    if (shown < command.limit) return print_count_of(shown, "session");
    if (command.user || shown >= all) return print_count_of(shown, "session") + " (the limit; --limit shows more)";
    return print_count(shown) + " of " + print_count_of(all, "session") + "; --limit shows more";
}

}  // namespace

int list_sessions(const ListSessions& command, const SessionWorld& world, const Terminal& terminal) {
    const WallTime now = world.clock.now();
    std::vector<IndexKey> subs;
    if (command.user) subs = sub_index_keys(world.keys, world.config.provider.issuer, *command.user);
    const auto rows = world.store.list(subs, command.limit, now);
    if (!rows) return fail(terminal, "sessions cannot be listed", rows.error());
    if (command.output == Output::json) return print_json(*rows, terminal.out), kDone;
    const auto counted = world.store.statistics(now);
    if (!counted) return fail(terminal, "sessions cannot be counted", counted.error());
    if (!rows->empty()) {
        print_rows(*rows, now, terminal.out);
        terminal.out << '\n';
    }
    terminal.out << summary(command, rows->size(), counted->sessions) << '\n';
    return kDone;
}

}  // namespace vestibule::admin
