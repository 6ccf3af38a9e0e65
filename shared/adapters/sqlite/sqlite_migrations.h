// Brings a database to the schema this program knows. Forward only; several processes may start at once on an empty
// file, one of them does the work (checklist X12).
//
// Versions advance by expand, migrate, contract: a migration that only adds says in `works_from` that older programs
// may go on; one that removes what they need raises it, and they refuse the database from then on.
#pragma once

#include <span>

#include "adapters/sqlite/sqlite_connection.h"
#include "adapters/sqlite/sqlite_schema.h"

namespace vestibule {

// Fails with store_unavailable where the database cannot be changed, or is of a version that this program must not use.
Result<void> bring_up_to_date(SqliteConnection& connection,
                              std::span<const SqliteMigration> migrations = sqlite_migrations());

}  // namespace vestibule
