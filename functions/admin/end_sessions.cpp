#include <algorithm>
#include <iterator>
#include <ostream>

#include "codec/json.h"
#include "functions/admin/failure.h"
#include "functions/admin/sessions.h"
#include "functions/admin/table.h"
#include "session/index_keys.h"
#include "session/login_flow.h"

namespace vestibule::admin {
namespace {

constexpr std::uint64_t kBatch = 500;

// A login that began before the end must not survive it (DESIGN §1 "backchannel"); one takes at most this long.
WallTime remembered_until(WallTime now) { return now + 2 * kLoginFlowLifetime; }

Result<std::uint64_t> end_user(const OneUser& user, const SessionWorld& world) {
    const auto subs = sub_index_keys(world.keys, world.config.provider.issuer, user.sub);
    const WallTime now = world.clock.now();
    return world.store.end_sub(subs, {}, remembered_until(now), now);
}

std::vector<IndexKey> subs_of(const std::vector<SessionRow>& rows) {
    std::vector<IndexKey> subs;
    std::transform(rows.begin(), rows.end(), std::back_inserter(subs), [](const SessionRow& row) { return row.sub; });
    std::sort(subs.begin(), subs.end());
    subs.erase(std::unique(subs.begin(), subs.end()), subs.end());
    return subs;
}

// First nobody comes in any more whose login is under way, had they a session before or not; then user by user.
Result<std::uint64_t> end_everybody(const SessionWorld& world, const Terminal& terminal) {
    const WallTime began = world.clock.now();
    const auto refused = world.store.refuse_logins_in_flight(remembered_until(began), began);
    if (!refused) return tl::make_unexpected(refused.error());
    std::uint64_t total = 0;
    for (;;) {
        const WallTime now = world.clock.now();
        const auto rows = world.store.list({}, kBatch, now);
        if (!rows) return tl::make_unexpected(rows.error());
        if (rows->empty()) return total;
        const auto ended = world.store.end_sub(subs_of(*rows), {}, remembered_until(now), now);
        if (!ended) return tl::make_unexpected(ended.error());
        total += *ended;
        if (terminal.progress == Terminal::Progress::live) {
            terminal.err << '\r' << print_count_of(total, "session") << " ended" << std::flush;
        }
    }
}

Result<std::uint64_t> end_one(const OneSession& one, const SessionWorld& world) {
    const auto key = find_key(one.key, world);
    if (!key) return failure(ErrorCode::bad_request, key.error());
    const auto ended = world.store.erase(*key, world.clock.now());
    if (!ended) return tl::make_unexpected(ended.error());
    if (!*ended) return failure(ErrorCode::bad_request, "there is no such session");
    return 1;
}

Result<std::uint64_t> end_them(const EndSessions& command, const SessionWorld& world, const Terminal& terminal) {
    if (const auto* user = std::get_if<OneUser>(&command.whose)) return end_user(*user, world);
    if (const auto* one = std::get_if<OneSession>(&command.whose)) return end_one(*one, world);
    return end_everybody(world, terminal);
}

// Not the name of a user: the log tells what was done, the operator knows to whom.
std::string scope_of(const EndSessions& command) {
    if (std::holds_alternative<OneUser>(command.whose)) return "user";
    return std::holds_alternative<OneSession>(command.whose) ? "session" : "everybody";
}

}  // namespace

int end_sessions(const EndSessions& command, const SessionWorld& world, const Terminal& terminal) {
    const auto ended = end_them(command, world, terminal);
    if (terminal.progress == Terminal::Progress::live) terminal.err << '\r';
    if (!ended) return fail(terminal, "sessions were not ended", ended.error());
    const auto count = static_cast<std::int64_t>(*ended);
    world.log.warning("sessions.ended_by_operator", {{"scope", scope_of(command)}, {"count", count}});
    if (command.output == Output::json) {
        terminal.out << Json::object({{"ended", count}}).print() << '\n';
    } else {
        terminal.out << print_count_of(*ended, "session") << " ended\n";
    }
    return kDone;
}

}  // namespace vestibule::admin
