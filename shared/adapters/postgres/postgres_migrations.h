// Brings a database to the schema this program knows, and says whether a program may use the one it finds. Forward
// only; one of several that migrate at once does the work (checklist X12).
//
// Versions advance by expand, migrate, contract: a migration that only adds says in `works_from` that older programs
// may go on; one that removes what they need raises it, and they refuse the database from then on.
#pragma once

#include <span>

#include "adapters/postgres/postgres_connection.h"
#include "adapters/postgres/postgres_schema.h"

namespace vestibule {

// Fails with store_unavailable where the schema is missing, older than this program knows, or too new for it. Reads
// only.
Result<void> check_schema(PostgresConnection& connection,
                          std::span<const PostgresMigration> migrations = postgres_migrations());

// Needs a role that owns the tables.
Result<void> migrate_schema(PostgresConnection& connection,
                            std::span<const PostgresMigration> migrations = postgres_migrations());

}  // namespace vestibule
