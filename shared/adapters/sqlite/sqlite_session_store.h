// The session store in one SQLite file on a local disk: the default, nothing to install. Many threads and many
// processes of one host share it; hosts do not (SQLite's locks and shared memory do not work over NFS).
//
// What the store's contract leaves open: what was written is on the disk when the call returns, safe from power failure
// too, but for leases and idle limits, which need not be (a power failure ends whoever held the lease); every insert()
// and consume_once() also purges a few expired records, so that no daemon is needed. A directory that is missing,
// read-only or full, a damaged file or a schema too new are store_unavailable with the cause, and mended while the
// program runs when the operator mends them.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "session/store.h"

namespace vestibule {

struct SqliteStoreOptions {
    Milliseconds time_limit{5000};      // of every call, waiting for threads and processes included
    std::size_t connections = 8;        // threads that are in the store at once; others wait
    std::uint64_t purge_per_write = 8;  // expired records that go with every insert() and consume_once(); 0: none
};

// `path` of the file, created for its owner only when it is first needed, with its schema; its directory must exist.
// Touches nothing yet, so that a program starts at once and a broken store is a 503 and not a crash. Fails where the
// path cannot name a file: internal.
Result<std::unique_ptr<SessionStore>> open_sqlite_store(const std::string& path,
                                                        const SqliteStoreOptions& options = {});

}  // namespace vestibule
