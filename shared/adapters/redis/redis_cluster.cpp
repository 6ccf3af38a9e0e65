#include "adapters/redis/redis_cluster.h"

#include <charconv>

namespace vestibule {
namespace {

std::string_view hashed_part(std::string_view key) {
    const std::size_t open = key.find('{');
    if (open == std::string_view::npos) return key;
    const std::size_t close = key.find('}', open + 1);
    if (close == std::string_view::npos || close == open + 1) return key;
    return key.substr(open + 1, close - open - 1);
}

template <class Number>
std::optional<Number> number_of(std::string_view text, Number most) {
    Number number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number > most) return std::nullopt;
    return number;
}

}  // namespace

std::uint16_t cluster_slot_of(std::string_view key) {
    unsigned crc = 0;
    for (const char octet : hashed_part(key)) {
        crc ^= static_cast<unsigned>(static_cast<unsigned char>(octet)) << 8;
        for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000U) != 0 ? (crc << 1) ^ 0x1021U : crc << 1;
    }
    return static_cast<std::uint16_t>(crc & 0x3fffU);
}

std::optional<ClusterRedirection> parse_redirection(const RedisReply& error, const RedisEndpoint& answered_by) {
    const bool moved = error.is_error("MOVED ");
    if (!moved && !error.is_error("ASK ")) return std::nullopt;
    const std::string_view rest = std::string_view(error.text).substr(moved ? 6 : 4);
    const std::size_t space = rest.find(' ');
    const std::size_t colon = rest.rfind(':');
    if (space == std::string_view::npos || colon == std::string_view::npos || colon < space) return std::nullopt;
    const auto slot = number_of<std::uint16_t>(rest.substr(0, space), 16383);
    const auto port = number_of<unsigned>(rest.substr(colon + 1), 65535);
    if (!slot || !port || *port == 0) return std::nullopt;
    ClusterRedirection redirection{moved ? ClusterRedirection::Kind::moved : ClusterRedirection::Kind::ask, *slot, {}};
    redirection.to.host = rest.substr(space + 1, colon - space - 1);
    if (redirection.to.host.empty()) redirection.to.host = answered_by.host;
    redirection.to.port = std::to_string(*port);
    if (redirection.to.host.empty()) return std::nullopt;  // a node on a socket has no host
    return redirection;
}

std::optional<RedisEndpoint> ClusterSlots::node_of(std::uint16_t slot) const {
    const std::lock_guard lock(mutex_);
    const auto known = nodes_.find(slot);
    if (known == nodes_.end()) return std::nullopt;
    return known->second;
}

void ClusterSlots::learn(std::uint16_t slot, const RedisEndpoint& node) {
    const std::lock_guard lock(mutex_);
    nodes_.insert_or_assign(slot, node);
}

void ClusterSlots::forget(const RedisEndpoint& node) {
    const std::lock_guard lock(mutex_);
    std::erase_if(nodes_, [&](const auto& entry) { return entry.second == node; });
}

}  // namespace vestibule
