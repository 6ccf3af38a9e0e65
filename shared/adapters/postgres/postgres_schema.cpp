#include "adapters/postgres/postgres_schema.h"

#include <array>

#include "base/embedded_file.h"

VESTIBULE_EMBED(vestibule_postgres_0001, "schema/postgres/0001_sessions.sql")

namespace vestibule {

std::span<const PostgresMigration> postgres_migrations() {
    static const std::array migrations{
        PostgresMigration{1, "0001_sessions", vestibule_postgres_0001},
    };
    return migrations;
}

}  // namespace vestibule
