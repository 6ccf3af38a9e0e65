#include "adapters/postgres/postgres_migrations.h"

#include "adapters/postgres/postgres_queries.h"

namespace vestibule {
namespace {

struct SchemaVersion {
    int version = 0;     // 0: there is none
    int works_from = 0;  // what a program has to know at least
};

Result<SchemaVersion> schema_version_of(PostgresConnection& connection) {
    const auto there = connection.run(postgres::query::kHasSchema);
    if (!there) return failure(there.error());
    if (there->integer(0, 0) == 0) return SchemaVersion{};
    return connection.run(postgres::query::kSchemaVersion).map([](const PostgresRows& newest) {
        return SchemaVersion{static_cast<int>(newest.integer(0, 0)), static_cast<int>(newest.integer(0, 1))};
    });
}

tl::unexpected<Error> unusable(const std::string& why) { return failure(ErrorCode::store_unavailable, why); }

Result<void> check_not_too_new(const SchemaVersion& found, int known) {
    if (found.works_from <= known) return {};
    return unusable("the schema is at version " + std::to_string(found.version) + " and needs a program that knows " +
                    std::to_string(found.works_from) + "; this one knows " + std::to_string(known));
}

Result<void> apply(PostgresConnection& connection, std::span<const PostgresMigration> migrations) {
    // An index on a big table takes its time; who waits for our locks does not wait longer than ever.
    const auto patient = connection.execute("SET LOCAL statement_timeout = 0");
    if (!patient) return failure(patient.error());
    const auto alone = connection.run(postgres::query::kLockSchema);
    if (!alone) return failure(alone.error());
    const Result<SchemaVersion> found = schema_version_of(connection);
    if (!found) return failure(found.error());
    for (const PostgresMigration& migration : migrations) {
        if (migration.version <= found->version) continue;
        const auto applied = connection.execute(std::string(migration.sql));
        if (!applied) return failure(applied.error());
    }
    return check_not_too_new(*found, migrations.back().version);
}

}  // namespace

Result<void> check_schema(PostgresConnection& connection, std::span<const PostgresMigration> migrations) {
    const int known = migrations.back().version;
    const Result<SchemaVersion> found = schema_version_of(connection);
    if (!found) return failure(found.error());
    if (found->version == 0) {
        return unusable(
            "there is no schema here that this role may see; `admin migrate` makes it, as the tables' owner");
    }
    if (found->version < known) {
        return unusable("the schema is at version " + std::to_string(found->version) + " and this program needs " +
                        std::to_string(known) + "; run `admin migrate` as the tables' owner");
    }
    return check_not_too_new(*found, known);
}

Result<void> migrate_schema(PostgresConnection& connection, std::span<const PostgresMigration> migrations) {
    const Result<SchemaVersion> found = schema_version_of(connection);
    if (!found) return failure(found.error());
    if (found->version >= migrations.back().version) return check_not_too_new(*found, migrations.back().version);
    return connection.transaction([&] { return apply(connection, migrations); });
}

}  // namespace vestibule
