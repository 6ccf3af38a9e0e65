// Asks the server, or the node of a cluster that holds the key, to run one of our scripts, within one time limit for
// all it takes: a free connection, the name's addresses, the log-in, redirections, confirmations.
//
// What is asked again and what is not: whatever the server refused before it did anything (another node's key, a script
// it does not know, a replica that writes nothing) is asked again by itself. Where the connection fails after the
// question was sent, nobody knows what was done: a script that only reads is asked once more, any other is
// store_unavailable and its caller decides.
#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "adapters/redis/redis_cluster.h"
#include "adapters/redis/redis_pool.h"

namespace vestibule {

enum class RedisEffect {
    none,       // reads
    writes,     // what may be lost when a primary dies
    confirmed,  // what must not: counts only when as many replicas as the address says have it
};

struct RedisCall {
    std::string_view script;
    RedisEffect effect;
    // Of one hash tag, as are all others that the script touches. A cluster that is moving them from node to node
    // refuses the call where they are in different places.
    std::vector<std::string> keys;
    std::vector<std::string> arguments;
};

// The version of the layout that this program knows, and the oldest a program may know to use what it writes (schema/
// README.md).
inline constexpr int kRedisLayout = 1;
inline constexpr int kRedisLayoutWorksFrom = 1;

// Thread-safe.
class RedisClient {
public:
    RedisClient(const RedisAddress& address, std::size_t connections)
        : address_(address), pool_(address, connections) {}

    const RedisAddress& address() const { return address_; }
    // Before the first script a connection runs, the layout's version is looked at.
    Result<RedisReplyPtr> run(const RedisCall& call, MonotonicTime deadline);
    // The layout is one this program may use.
    Result<void> check_layout(MonotonicTime deadline);
    // A plain command to the server that holds the key.
    Result<RedisReplyPtr> tell_holder_of(const std::string& key, const RedisCommand& command, MonotonicTime deadline);

private:
    struct AskAgain {
        enum class Why { moved, ask, try_later, not_primary, connection_lost, unreachable, layout_elsewhere } why;
        std::optional<RedisEndpoint> ask{};
        Error error{};  // where it is not asked again after all
    };
    using Answer = std::variant<RedisReplyPtr, AskAgain, Error>;

    RedisEndpoint endpoint_for(const std::string& key) const;
    Answer attempt(const RedisCall& call, const std::optional<RedisEndpoint>& ask, MonotonicTime deadline);
    std::optional<Answer> look_at_layout(RedisPool::Borrowed& borrowed, const RedisEndpoint& endpoint,
                                         MonotonicTime deadline);
    Answer ask(RedisPool::Borrowed& borrowed, const RedisEndpoint& endpoint, const RedisCall& call, bool asking,
               MonotonicTime deadline);
    Result<void> wait_for_replicas(RedisPool::Borrowed& borrowed, MonotonicTime deadline) const;
    Answer judge_error(RedisPool::Borrowed& borrowed, const RedisEndpoint& endpoint, const RedisReply& error);

    const RedisAddress address_;
    RedisPool pool_;
    ClusterSlots slots_;
    std::atomic<bool> layout_checked_{false};  // on the node that holds it
};

}  // namespace vestibule
