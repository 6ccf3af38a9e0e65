// The schema: embedded from schema/sqlite/, applied once, forward only, old and new programs side by side (checklist
// X12).
#include "adapters/sqlite/sqlite_migrations.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <vector>

#include "tests/shared/adapters/sqlite/scratch_directory.h"

using namespace vestibule;

TestSuite(sqlite_migrations, .fini = remove_scratch_directory, .timeout = 60);

static std::unique_ptr<SqliteConnection> connect() {
    auto connection =
        SqliteConnection::open(scratch_directory() + "/sessions.db", std::chrono::steady_clock::now() + Seconds{5});
    cr_assert(connection.has_value(), "%s", connection ? "" : connection.error().detail.c_str());
    return *std::move(connection);
}

static std::uint64_t ask(SqliteConnection& connection, const char* sql) {
    auto statement = connection.statement(sql);
    cr_assert(statement.next().value_or(false), "%s", sql);
    return statement.integer(0);
}

static const SqliteMigration kExpand{
    2, "0002_expand", "ALTER TABLE session ADD COLUMN note TEXT; INSERT INTO schema_version VALUES (2, 1, 0)"};
static const SqliteMigration kContract{
    3, "0003_contract", "ALTER TABLE session DROP COLUMN note; INSERT INTO schema_version VALUES (3, 2, 0)"};
static const SqliteMigration kBroken{2, "0002_broken",
                                     "CREATE TABLE half (a); INSERT INTO schema_version VALUES (2, 1, 0); nonsense"};

Test(sqlite_migrations, every_file_of_the_schema_is_embedded_unchanged) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator("schema/sqlite")) {
        if (entry.path().extension() == ".sql") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    cr_assert(files.size() >= 1);
    cr_assert(eq(sz, sqlite_migrations().size(), files.size()));
    for (std::size_t i = 0; i < files.size(); ++i) {
        SqliteMigration migration = sqlite_migrations()[i];
        std::ifstream file(files[i]);
        cr_expect(migration.sql == std::string(std::istreambuf_iterator<char>(file), {}), "%s", files[i].c_str());
        cr_expect(migration.name == files[i].stem().string());
        cr_expect(eq(int, migration.version, static_cast<int>(i) + 1));
        cr_expect(eq(int, std::stoi(files[i].stem().string()), migration.version));
    }
}

Test(sqlite_migrations, an_empty_file_gets_every_migration_and_each_names_itself) {
    const auto connection = connect();
    cr_assert(bring_up_to_date(*connection).has_value());
    cr_expect(eq(u64, ask(*connection, "SELECT count(*) FROM schema_version"), sqlite_migrations().size()));
    cr_expect(eq(u64, ask(*connection, "SELECT max(version) FROM schema_version"), sqlite_migrations().size()));
}

Test(sqlite_migrations, a_second_time_changes_nothing) {
    const auto connection = connect();
    cr_assert(bring_up_to_date(*connection).has_value());
    auto before = ask(*connection, "PRAGMA schema_version");
    cr_assert(bring_up_to_date(*connection).has_value());
    cr_assert(bring_up_to_date(*connect()).has_value());
    cr_expect(eq(u64, ask(*connection, "PRAGMA schema_version"), before));
}

Test(sqlite_migrations, an_older_database_gets_what_it_lacks) {
    const std::array newer{sqlite_migrations()[0], kExpand};
    cr_assert(bring_up_to_date(*connect(), sqlite_migrations().first(1)).has_value());
    const auto connection = connect();
    cr_assert(bring_up_to_date(*connection, newer).has_value());
    cr_expect(eq(u64, ask(*connection, "SELECT count(note) FROM session"), 0));
}

Test(sqlite_migrations, a_program_may_use_a_newer_database_that_was_only_expanded) {
    const std::array newer{sqlite_migrations()[0], kExpand};
    cr_assert(bring_up_to_date(*connect(), newer).has_value());
    cr_expect(bring_up_to_date(*connect(), sqlite_migrations().first(1)).has_value());
}

Test(sqlite_migrations, a_program_refuses_a_newer_database_that_was_contracted) {
    const std::array newest{sqlite_migrations()[0], kExpand, kContract};
    cr_assert(bring_up_to_date(*connect(), newest).has_value());
    const auto refused = bring_up_to_date(*connect(), sqlite_migrations().first(1));
    cr_assert(not(refused.has_value()));
    cr_expect(refused.error().code == ErrorCode::store_unavailable);
    cr_expect(eq(str, std::string(refused.error().detail),
                 std::string("the schema is at version 3 and needs a program that knows 2; this one knows 1")));
}

Test(sqlite_migrations, a_migration_that_fails_leaves_nothing_of_itself) {
    const std::array broken{sqlite_migrations()[0], kBroken};
    const auto connection = connect();
    cr_expect(not(bring_up_to_date(*connection, broken).has_value()));
    cr_expect(eq(u64, ask(*connection, "SELECT count(*) FROM sqlite_schema"), 0));
    cr_expect(bring_up_to_date(*connection).has_value());
}

Test(sqlite_migrations, a_restored_file_gets_its_write_ahead_log_back) {
    const auto mode = [](SqliteConnection& connection) {
        auto pragma = connection.statement("PRAGMA journal_mode");
        cr_assert(pragma.next().value_or(false));
        return pragma.octets(0);
    };
    {
        const auto connection = connect();
        cr_assert(bring_up_to_date(*connection).has_value());
        cr_expect(eq(str, mode(*connection), std::string("wal")));
        cr_assert(connection->execute("PRAGMA journal_mode = DELETE").has_value());
    }
    const auto connection = connect();
    cr_expect(eq(str, mode(*connection), std::string("delete")));
    cr_assert(bring_up_to_date(*connection).has_value());
    cr_expect(eq(str, mode(*connection), std::string("wal")));
}

Test(sqlite_migrations, a_connection_has_the_settings_that_durability_and_safety_rest_on) {  // checklist X11
    const auto connection = connect();
    cr_expect(eq(u64, ask(*connection, "PRAGMA synchronous"), 2));  // FULL
    cr_assert(connection->set_durability(Durability::process_death).has_value());
    cr_expect(eq(u64, ask(*connection, "PRAGMA main.synchronous"), 1));  // NORMAL
    cr_assert(connection->set_durability(Durability::power_failure).has_value());
    cr_expect(eq(u64, ask(*connection, "PRAGMA \"main\".synchronous"), 2));
    cr_expect(eq(u64, ask(*connection, "PRAGMA secure_delete"), 1));
    cr_expect(eq(u64, ask(*connection, "PRAGMA trusted_schema"), 0));
    cr_expect(eq(u64, ask(*connection, "PRAGMA temp_store"), 2));  // MEMORY
}
