// The migrations of schema/postgres/, embedded at build time: the .sql files stay the only source.
#pragma once

#include <span>
#include <string_view>

namespace vestibule {

struct PostgresMigration {
    int version;            // 1 for 0001_….sql, without gaps
    std::string_view name;  // the file's name without .sql
    std::string_view sql;   // zero-terminated
};

// In the order they are applied.
std::span<const PostgresMigration> postgres_migrations();

}  // namespace vestibule
