// One connection to one server, authenticated and in its database: commands in, replies out.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/redis/name_lookup.h"
#include "adapters/redis/redis_reply.h"
#include "adapters/redis/redis_stream.h"
#include "adapters/redis/redis_url.h"
#include "base/clock.h"
#include "base/result.h"

namespace vestibule {

// Words of any octets, counted: nothing of them is ever read as a format or as a part of the protocol (CVE-2021-32785).
using RedisCommand = std::vector<std::string_view>;

using RedisReplyPtr = std::unique_ptr<RedisReply>;  // never null

// What a server said in an error, for the log: printable and short.
std::string print_reply_error(const RedisReply& error);

// Not thread-safe. After a failure it is of no more use: what the server did is unknown.
class RedisConnection {
public:
    // Tries the addresses of the endpoint's name one after the other, beginning with number `first`.
    static Result<std::unique_ptr<RedisConnection>> open(const RedisAddress& address, const RedisEndpoint& endpoint,
                                                         NameLookup& names, std::size_t first, MonotonicTime deadline);

    // Sends all and reads the reply of each. A reply may be the server's error.
    Result<std::vector<RedisReplyPtr>> call(const std::vector<RedisCommand>& commands, MonotonicTime deadline);

    // Every question was answered, and nothing besides: false after a call that failed or that an exception left.
    bool is_at_rest() const { return !owes_replies_ && reader_.is_empty(); }
    // It is at rest, it was in use a moment ago, and the server has not closed it since. (A firewall that forgets idle
    // connections tells nobody, so one that was idle for long is not trusted.)
    bool is_usable();

    bool knows_schema = false;  // its server's layout was looked at

private:
    explicit RedisConnection(std::unique_ptr<RedisStream> stream) : stream_(std::move(stream)) {}
    Result<void> log_in(const RedisAddress& address, MonotonicTime deadline);
    Result<RedisReplyPtr> next_reply(MonotonicTime deadline);

    std::unique_ptr<RedisStream> stream_;
    RedisReplyReader reader_;
    bool owes_replies_ = false;
    MonotonicTime used_at_{};
};

}  // namespace vestibule
