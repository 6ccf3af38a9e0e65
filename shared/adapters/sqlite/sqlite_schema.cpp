#include "adapters/sqlite/sqlite_schema.h"

#include <array>

#include "base/embedded_file.h"

VESTIBULE_EMBED(vestibule_sqlite_0001, "schema/sqlite/0001_sessions.sql")

namespace vestibule {

std::span<const SqliteMigration> sqlite_migrations() {
    static const std::array migrations{
        SqliteMigration{1, "0001_sessions", vestibule_sqlite_0001},
    };
    return migrations;
}

}  // namespace vestibule
