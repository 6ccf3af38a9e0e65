// The address of a store in PostgreSQL, read as libpq reads it (its manual, "Connection URIs"), and what is added to
// it: TLS that proves the host, and the server that can be written to.
//
//   postgresql://user:password@db1:5432,db2:5432/database?sslmode=verify-full&sslrootcert=/etc/ssl/db.pem
//   postgresql:///database?host=/run/postgresql
//
// Pure but for loading libpq. Errors never repeat the address, which may hold a password.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace vestibule {

enum class StoreTls {
    proves_the_host,  // sslmode=verify-full on every way that leaves this machine (checklist X10)
    as_the_address_says,
};

// What libpq is given for one host, by its keywords.
using PostgresParameters = std::map<std::string, std::string>;

// One for each host, in the order of the address; never empty. Fails with `internal`, for people.
Result<std::vector<PostgresParameters>> parse_postgres_address(const std::string& address, StoreTls tls,
                                                               Milliseconds time_limit);

}  // namespace vestibule
