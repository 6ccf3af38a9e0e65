#include "tests/support/postgres_schema.h"

#include <criterion/criterion.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

namespace vestibule {
namespace {

std::string schema;

}  // namespace

std::string test_postgres() {
    const char* address = std::getenv("VESTIBULE_TEST_POSTGRES");
    cr_assert(address != nullptr, "no PostgreSQL: run this by tests/with_stores");
    return address;
}

Result<std::unique_ptr<PostgresConnection>> connect_to_postgres(const std::string& address, Milliseconds time_limit) {
    auto hosts = parse_postgres_address(address, StoreTls::as_the_address_says, time_limit);
    if (!hosts) return failure(hosts.error());
    hosts->front()["target_session_attrs"] = "any";
    return PostgresConnection::open(hosts->front(), time_limit, std::chrono::steady_clock::now() + time_limit);
}

std::string ask_postgres(const std::string& address, const std::string& sql) {
    auto connection = connect_to_postgres(address, Milliseconds{60'000});
    cr_assert(connection.has_value(), "%s", connection ? "" : connection.error().detail.c_str());
    const auto rows = (*connection)->execute(sql);
    cr_assert(rows.has_value(), "%s", rows ? "" : rows.error().detail.c_str());
    return rows->count() > 0 ? rows->octets(0, 0) : std::string();
}

std::string fresh_postgres_schema() {
    schema = "test_" + std::to_string(::getpid());
    ask_postgres(test_postgres(), "DROP SCHEMA IF EXISTS " + schema + " CASCADE; CREATE SCHEMA " + schema);
    return test_postgres() + "&options=-csearch_path%3D" + schema;
}

void drop_postgres_schema() {
    if (!schema.empty()) ask_postgres(test_postgres(), "DROP SCHEMA IF EXISTS " + schema + " CASCADE");
}

}  // namespace vestibule
