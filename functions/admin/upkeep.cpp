#include "functions/admin/upkeep.h"

#include <ostream>

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

}  // namespace

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
