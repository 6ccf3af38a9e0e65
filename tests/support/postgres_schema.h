// A schema of its own for each test in the PostgreSQL server that tests/with_stores started; without that server the
// test fails. One a process.
#pragma once

#include <memory>
#include <string>

#include "adapters/postgres/postgres_connection.h"

namespace vestibule {

// The address of a store in it: empty, without tables.
std::string fresh_postgres_schema();
void drop_postgres_schema();  // for .fini: also after a failed assertion

// The server's address without a schema.
std::string test_postgres();
// The first host of the address, whether it can be written to or not.
Result<std::unique_ptr<PostgresConnection>> connect_to_postgres(const std::string& address, Milliseconds time_limit);
// For tests that look from outside: runs statements, fails the test where they fail. The first value of the last one
// as text, or "".
std::string ask_postgres(const std::string& address, const std::string& sql);

}  // namespace vestibule
