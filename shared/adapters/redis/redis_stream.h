// A connected socket to a server, with TLS where the address says so. Every call ends at its deadline.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "adapters/redis/name_lookup.h"
#include "adapters/redis/redis_url.h"
#include "base/clock.h"
#include "base/result.h"
#include "crypto/tls_client.h"

namespace vestibule {

// Not thread-safe. Owns its socket.
class RedisStream {
public:
    // Connects, and shakes hands with whoever `address` names. TLS verifies `host`.
    static Result<std::unique_ptr<RedisStream>> connect(const SocketAddress& to, const std::string& host,
                                                        const RedisAddress& address, MonotonicTime deadline);
    ~RedisStream();
    RedisStream(const RedisStream&) = delete;
    RedisStream& operator=(const RedisStream&) = delete;

    Result<void> send(std::string_view octets, MonotonicTime deadline);
    // At least one octet, or store_unavailable.
    Result<std::string> receive(MonotonicTime deadline);
    // Nothing has come since: neither the end of the connection nor an answer that nobody has asked for.
    bool is_quiet();

private:
    explicit RedisStream(int socket) : socket_(socket) {}
    Result<void> finish_connecting(MonotonicTime deadline);
    Result<void> shake_hands(MonotonicTime deadline);
    Result<void> send_raw(std::string_view octets, MonotonicTime deadline);
    Result<std::string> receive_raw(MonotonicTime deadline);
    Result<void> wait_for(short events, MonotonicTime deadline) const;

    const int socket_;
    std::unique_ptr<TlsClient> tls_;
};

}  // namespace vestibule
