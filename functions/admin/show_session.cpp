#include <ostream>

#include "codec/json.h"
#include "crypto/seal.h"
#include "functions/admin/failure.h"
#include "functions/admin/session_key_text.h"
#include "functions/admin/sessions.h"
#include "functions/admin/table.h"

namespace vestibule::admin {
namespace {

constexpr std::uint64_t kSearched = 1'000'000;  // sessions that are looked through for the beginning of a key

tl::expected<SessionKey, std::string> only_one(const std::vector<SessionRow>& rows, std::string_view beginning) {
    std::vector<SessionKey> found;
    for (const SessionRow& row : rows) {
        if (print_key(row.key).starts_with(beginning)) found.push_back(row.key);
    }
    if (found.empty()) return tl::make_unexpected("there is no such session");
    if (found.size() > 1) {
        return tl::make_unexpected(print_count(found.size()) + " sessions begin so; give more of the key");
    }
    return found.front();
}

// The id of the key that a field was sealed with.
std::string sealed_with(const SessionRow& row) { return sealing_key_id(row.sealed.claims).value_or("unknown"); }

std::string moment(WallTime time, WallTime now) {
    return print_time(time) + (time > now ? "  in " + print_span(time - now) : "  " + print_span(now - time) + " ago");
}

void print_rows(const SessionRow& row, WallTime now, std::ostream& out) {
    print_table(out, {{"key", print_key(row.key)},
                      {"created", moment(row.created_at, now)},
                      {"idle end", moment(row.idle_expires_at, now)},
                      {"end", moment(row.expires_at, now)},
                      {"access token's end", moment(row.access_expires_at, now)},
                      {"access token's life", print_span(row.access_lifetime)},
                      {"refreshes", print_count(row.version - 1)},
                      {"provider's sid", row.sid ? "yes" : "no"},
                      {"sealed with", sealed_with(row)}});
}

Json as_json(const SessionRow& row) {
    return Json::object({{"key", print_key(row.key)},
                         {"createdAt", print_time(row.created_at)},
                         {"idleExpiresAt", print_time(row.idle_expires_at)},
                         {"expiresAt", print_time(row.expires_at)},
                         {"accessTokenExpiresAt", print_time(row.access_expires_at)},
                         {"accessTokenLifetime", std::int64_t{row.access_lifetime.count()}},
                         {"version", static_cast<std::int64_t>(row.version)},
                         {"hasSid", row.sid.has_value()},
                         {"sealedWith", sealed_with(row)}});
}

}  // namespace

tl::expected<SessionKey, std::string> find_key(const std::string& text, const SessionWorld& world) {
    if (const auto whole = parse_key(text)) return *whole;
    if (!is_key_beginning(text)) {
        return tl::make_unexpected("a key is at least 8 of the hexadecimal digits that `sessions list` prints");
    }
    const auto rows = world.store.list({}, kSearched, world.clock.now());
    if (!rows) return tl::make_unexpected(rows.error().detail);
    return only_one(*rows, text);
}

int show_session(const ShowSession& command, const SessionWorld& world, const Terminal& terminal) {
    constexpr std::string_view kProblem = "the session cannot be shown";
    const auto key = find_key(command.key, world);
    if (!key) return fail(terminal, kProblem, key.error());
    const WallTime now = world.clock.now();
    const auto row = world.store.find(*key, now);
    if (!row) return fail(terminal, kProblem, row.error());
    if (!*row) return fail(terminal, kProblem, "there is no such session");
    if (command.output == Output::json) {
        terminal.out << as_json(**row).print_indented() << '\n';
    } else {
        print_rows(**row, now, terminal.out);
    }
    return kDone;
}

}  // namespace vestibule::admin
