// Which node of a cluster holds a key, learned from the nodes' own redirections (Redis Cluster specification, "Keys
// distribution model", "MOVED Redirection", "ASK redirection"). Without a cluster nothing is ever learned.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>

#include "adapters/redis/redis_reply.h"
#include "adapters/redis/redis_url.h"

namespace vestibule {

// 0 to 16383: CRC-16 (XMODEM) of what stands between the first { and the next }, or of the whole key where nothing
// does.
std::uint16_t cluster_slot_of(std::string_view key);

struct ClusterRedirection {
    enum class Kind { moved, ask } kind;
    std::uint16_t slot = 0;
    RedisEndpoint to;
};

// Of "MOVED 3999 127.0.0.1:6381" or "ASK …"; an empty host is that of the server that answered. Nothing for any other.
std::optional<ClusterRedirection> parse_redirection(const RedisReply& error, const RedisEndpoint& answered_by);

// Thread-safe.
class ClusterSlots {
public:
    std::optional<RedisEndpoint> node_of(std::uint16_t slot) const;
    void learn(std::uint16_t slot, const RedisEndpoint& node);
    void forget(const RedisEndpoint& node);  // it does not answer: another one has its slots, or will

private:
    mutable std::mutex mutex_;
    std::map<std::uint16_t, RedisEndpoint> nodes_;
};

}  // namespace vestibule
