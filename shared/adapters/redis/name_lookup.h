// Host names to addresses within a time limit, which getaddrinfo() itself does not have: a resolver that does not
// answer may hold it for half a minute.
#pragma once

#include <sys/socket.h>

#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "adapters/redis/redis_url.h"
#include "base/clock.h"
#include "base/result.h"

namespace vestibule {

struct SocketAddress {
    sockaddr_storage octets{};
    socklen_t length = 0;
};

// Thread-safe. A lookup that takes longer than its askers wait goes on by itself; nobody starts another for the same
// host meanwhile.
class NameLookup {
public:
    // Every address, in the system's order; asked anew each time, as a name moves to another host when that one fails.
    Result<std::vector<SocketAddress>> addresses_of(const RedisEndpoint& endpoint, MonotonicTime deadline);

private:
    using Answer = Result<std::vector<SocketAddress>>;
    std::shared_future<Answer> begin_or_join(const RedisEndpoint& endpoint);

    std::mutex mutex_;
    std::map<RedisEndpoint, std::shared_future<Answer>> running_;
};

}  // namespace vestibule
