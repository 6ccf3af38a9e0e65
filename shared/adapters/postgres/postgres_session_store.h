// The session store in PostgreSQL 12 or later: for several hosts, and where a database server is at home already.
//
// What the store's contract leaves open: what was written is on the server's disk when the call returns; replicas and
// failover are as synchronous as the server is told to be (schema/postgres/README.md). The schema is made by migrate()
// only; until then, and where it is too old or too new, every call is store_unavailable and says so. A connection that
// the server has closed is replaced without anybody noticing; a call that was under way is repeated where nothing of it
// can have happened, and is store_unavailable otherwise. Of several hosts the one that can be written to is used.
#pragma once

#include <memory>
#include <string>

#include "adapters/postgres/postgres_address.h"
#include "base/clock.h"
#include "base/result.h"
#include "session/store.h"

namespace vestibule {

struct PostgresStoreOptions {
    Milliseconds time_limit{5000};      // of every call, waiting for connections and locks included
    std::size_t connections = 8;        // threads that are in the store at once; others wait
    std::uint64_t purge_per_write = 8;  // expired records that go with every insert() and consume_once(); 0: none
    StoreTls tls = StoreTls::proves_the_host;
};

// `address`: postgres_address.h. Connects to nothing yet, so that a program starts at once and a server that is down is
// a 503 and not a crash. Fails with `internal` where the address is refused, with store_unavailable without libpq.
Result<std::unique_ptr<SessionStore>> open_postgres_store(const std::string& address,
                                                          const PostgresStoreOptions& options = {});

}  // namespace vestibule
