#include "functions/admin/upkeep.h"

#include <optional>
#include <ostream>
#include <vector>

#include "codec/json.h"
#include "functions/admin/failure.h"
#include "functions/admin/table.h"

namespace vestibule::admin {
namespace {

constexpr std::uint64_t kBatch = 500;

Result<std::uint64_t> purge_all(const SessionWorld& world, const Terminal& terminal) {
    const WallTime now = world.clock.now();  // one moment for all: what expires meanwhile is for the next time
    std::uint64_t total = 0;
    for (;;) {
        const auto removed = world.store.purge(kBatch, now);
        if (!removed) return tl::make_unexpected(removed.error());
        total += *removed;
        if (terminal.progress == Terminal::Progress::live) {
            terminal.err << '\r' << print_count_of(total, "expired record") << " removed" << std::flush;
        }
        if (*removed == 0) return total;
    }
}

struct Counted {
    const char* for_people;
    const char* member;
    std::optional<std::uint64_t> count;
};

std::vector<Counted> counts_of(const StoreStatistics& statistics) {
    return {{"live sessions", "sessions", statistics.sessions},
            {"users with one", "users", statistics.users},
            {"expired sessions, not yet purged", "expired", statistics.expired},
            {"one-time ids remembered", "oneTimeIds", statistics.one_time_ids},
            {"endings remembered", "endedMarks", statistics.ended_marks},
            {"documents of the provider", "documents", statistics.documents}};
}

Json as_json(const std::vector<Counted>& counts) {
    Json all = Json::object();
    for (const Counted& each : counts)
        all.set(each.member, each.count ? Json(static_cast<std::int64_t>(*each.count)) : Json());
    return all;
}

void print_rows(const std::vector<Counted>& counts, std::ostream& out) {
    std::vector<std::vector<std::string>> table;
    table.reserve(counts.size());
    for (const Counted& each : counts)
        table.push_back({each.for_people, each.count ? print_count(*each.count) : "not counted by this store"});
    print_table(out, table);
}

}  // namespace

int print_stats(const Stats& command, const SessionWorld& world, const Terminal& terminal) {
    const auto counted = world.store.statistics(world.clock.now());
    if (!counted) return fail(terminal, "the store cannot be counted", counted.error());
    const auto counts = counts_of(*counted);
    if (command.output == Output::json) {
        terminal.out << as_json(counts).print_indented() << '\n';
    } else {
        print_rows(counts, terminal.out);
    }
    return kDone;
}

int migrate(const SessionWorld& world, const Terminal& terminal) {
    if (const auto migrated = world.store.migrate(); !migrated) {
        return fail(terminal, "the store cannot be migrated", migrated.error());
    }
    if (const auto usable = world.store.check(); !usable) {
        return fail(terminal, "the store is migrated and not usable", usable.error());
    }
    terminal.out << "the store has the schema of this build\n";
    return kDone;
}

int purge(const Purge& command, const SessionWorld& world, const Terminal& terminal) {
    const auto removed = purge_all(world, terminal);
    if (terminal.progress == Terminal::Progress::live) terminal.err << '\r';
    if (!removed) return fail(terminal, "the store cannot be purged", removed.error());
    if (command.output == Output::json) {
        terminal.out << Json::object({{"removed", static_cast<std::int64_t>(*removed)}}).print() << '\n';
    } else {
        terminal.out << print_count_of(*removed, "expired record") << " removed\n";
    }
    return kDone;
}

}  // namespace vestibule::admin
