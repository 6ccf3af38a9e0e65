#include "adapters/sqlite/sqlite_schema.h"

#include <array>

// The path is seen from the top of the repository, where the compiler runs. The Makefile rebuilds this file when one of
// the .sql files changes.
#define EMBED(symbol, path)                                           \
    __asm__(                                                          \
        ".pushsection .rodata\n"                                      \
        ".globl " #symbol                                             \
        "\n"                                                          \
        ".hidden " #symbol "\n" #symbol                               \
        ":\n"                                                         \
        ".incbin \"" path                                             \
        "\"\n"                                                        \
        ".byte 0\n"                                                   \
        ".popsection\n");                                             \
    extern "C" {                                                      \
    extern const char symbol[] __attribute__((visibility("hidden"))); \
    }

EMBED(vestibule_sqlite_0001, "schema/sqlite/0001_sessions.sql")

namespace vestibule {

std::span<const SqliteMigration> sqlite_migrations() {
    static const std::array migrations{
        SqliteMigration{1, "0001_sessions", vestibule_sqlite_0001},
    };
    return migrations;
}

}  // namespace vestibule
