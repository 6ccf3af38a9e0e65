#include "adapters/sqlite/sqlite_migrations.h"

#include <chrono>
#include <thread>

namespace vestibule {
namespace {

struct SchemaVersion {
    int version = 0;     // 0: the database is empty
    int works_from = 0;  // what a program has to know at least
};

Result<SchemaVersion> schema_version_of(SqliteConnection& connection) {
    const Result<std::uint64_t> tables =
        connection.statement("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'").rows();
    if (!tables) return failure(tables.error());
    if (*tables == 0) return SchemaVersion{};
    auto newest = connection.statement("SELECT max(version), max(works_from) FROM schema_version");
    return newest.next().map([&](bool) {
        return SchemaVersion{static_cast<int>(newest.integer(0)), static_cast<int>(newest.integer(1))};
    });
}

Result<void> check_compatible(const SchemaVersion& found, int known) {
    if (found.works_from <= known) return {};
    return failure(ErrorCode::store_unavailable,
                   "the schema is at version " + std::to_string(found.version) + " and needs a program that knows " +
                       std::to_string(found.works_from) + "; this one knows " + std::to_string(known));
}

Result<void> apply(SqliteConnection& connection, std::span<const SqliteMigration> migrations) {
    const Result<SchemaVersion> found = schema_version_of(connection);  // again: somebody may have been faster
    if (!found) return failure(found.error());
    for (const SqliteMigration& migration : migrations) {
        if (migration.version <= found->version) continue;
        if (const auto applied = connection.execute(migration.sql.data()); !applied) return applied;
    }
    return {};
}

// SQLite does not wait for the lock this takes, it answers "busy" at once.
Result<std::string> ask_for_write_ahead_log(SqliteConnection& connection) {
    for (;;) {
        auto pragma = connection.statement("PRAGMA journal_mode = WAL");
        const Result<bool> answered = pragma.next();
        if (answered) return pragma.octets(0);
        if (std::chrono::steady_clock::now() >= connection.deadline()) return failure(answered.error());
        std::this_thread::sleep_for(Milliseconds(2));
    }
}

// Readers and the writer do not wait for each other. The mode is kept in the file, yet a restored dump has lost it.
Result<void> ensure_write_ahead_log(SqliteConnection& connection) {
    {
        auto pragma = connection.statement("PRAGMA journal_mode");
        const Result<bool> answered = pragma.next();
        if (answered && pragma.octets(0) == "wal") return {};
    }
    const Result<std::string> mode = ask_for_write_ahead_log(connection);
    if (!mode) return failure(mode.error());
    if (*mode == "wal") return {};
    return failure(ErrorCode::store_unavailable, "the file system has no shared memory for a write-ahead log");
}

}  // namespace

Result<void> bring_up_to_date(SqliteConnection& connection, std::span<const SqliteMigration> migrations) {
    const int known = migrations.back().version;
    if (const auto logged = ensure_write_ahead_log(connection); !logged) return logged;
    const Result<SchemaVersion> found = schema_version_of(connection);
    if (!found) return failure(found.error());
    if (found->version >= known) return check_compatible(*found, known);
    return connection.write_transaction([&] { return apply(connection, migrations); });
}

}  // namespace vestibule
