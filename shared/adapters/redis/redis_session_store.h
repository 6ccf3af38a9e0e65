// The session store in Redis (7.0 or later) or Valkey: many hosts share it, one server or a cluster. What has to be set
// on the server, what each setting loses, and the layout of the keys: schema/redis/README.md.
//
// What the store's contract leaves open: what was written is in the server's log when the call returns, and on its disk
// as its `appendfsync` says; with `replicas` in the address, also in so many replicas, or the call fails. One-time ids
// and marks of what was ended expire by themselves; every insert() also purges a few sessions that are over. A server
// that is away, frozen, loading, full, a replica or of a layout too new is store_unavailable with the cause, and
// the program goes on with it when it is back.
//
// hiredis speaks the protocol here; the sockets are our own, because its time limits are for each read and not for a
// call, and because Debian 12's has no TLS.
#pragma once

#include <memory>
#include <string_view>

#include "adapters/redis/redis_url.h"
#include "base/clock.h"
#include "base/result.h"
#include "session/store.h"

namespace vestibule {

struct RedisStoreOptions {
    Milliseconds time_limit{5000};      // of every call: threads, names, connections, redirections included
    std::size_t connections = 8;        // threads that are in the store at once; others wait
    std::uint64_t purge_per_write = 8;  // expired sessions that go with every insert(); 0: none
    PlainRedis plain_beyond_this_host = PlainRedis::refused;
};

// `url` as redis_url.h says. Connects to nobody yet, so that a program starts at once and a broken store is a 503 and
// not a crash. Fails where the address is none, or is not to be used: internal.
Result<std::unique_ptr<SessionStore>> open_redis_store(std::string_view url, const RedisStoreOptions& options = {});

}  // namespace vestibule
