// The migrations of schema/sqlite/, embedded at build time: the .sql files stay the only source.
#pragma once

#include <span>
#include <string_view>

namespace vestibule {

struct SqliteMigration {
    int version;            // 1 for 0001_….sql, without gaps
    std::string_view name;  // the file's name without .sql
    std::string_view sql;   // zero-terminated
};

// In the order they are applied.
std::span<const SqliteMigration> sqlite_migrations();

}  // namespace vestibule
