// What a Redis server answers: our reader around hiredis' parser (adapters/redis/redis_reply.h), and what is made of a
// reply (redis_values.h, redis_cluster.h). The first octet says in what pieces the others arrive.
#include "adapters/redis/redis_reply.h"

#include "adapters/redis/redis_cluster.h"
#include "adapters/redis/redis_connection.h"
#include "adapters/redis/redis_values.h"
#include "tests/fuzz/fuzz_target.h"

using namespace vestibule;
using fuzz::require;

namespace {

using Kind = RedisReply::Kind;

// Everything in it, and what must hold for each part.
std::string print(const RedisReply& reply, int depth, std::size_t& elements) {
    require(depth <= RedisReplyReader::kDeepest + 1, "no deeper than anybody needs");
    require(reply.kind == Kind::list || reply.elements.empty(), "only a list has elements");
    std::string text = std::to_string(static_cast<int>(reply.kind)) + "(" + reply.text + std::to_string(reply.integer);
    elements += reply.elements.size();
    require(elements <= RedisReplyReader::kMostElements, "bounded");
    for (const auto& element : reply.elements) {
        require(element != nullptr, "a whole reply has every element");
        text += print(*element, depth + 1, elements);
    }
    return text + ")";
}

std::string print(const RedisReply& reply) {
    std::size_t elements = 0;
    return print(reply, 1, elements);
}

bool is_store_error(const Error& error) { return error.code == ErrorCode::store_unavailable; }

template <class Value>
void require_value_or_error(const Result<Value>& read) {
    require(read.has_value() || is_store_error(read.error()), "a value, or the store's one error");
}

void check_values(const RedisReply& reply) {
    require_value_or_error(redis::read_count(reply));
    require_value_or_error(redis::read_truth(reply));
    require_value_or_error(redis::read_word(reply));
    require_value_or_error(redis::read_time(reply));
    for (std::size_t at = 0; at <= reply.elements.size() + 1; at += redis::kRowFields) {
        require_value_or_error(redis::read_row(reply, at));
        require_value_or_error(redis::read_sealed_row(reply, at));
    }
}

void check_error(const RedisReply& reply) {
    const RedisEndpoint here{"redis.example", "6379", {}};
    if (const auto redirection = parse_redirection(reply, here)) {
        require(reply.kind == Kind::error, "only an error redirects");
        require(redirection->slot <= 16383 && !redirection->to.host.empty(), "to a slot's node");
    }
    for (const char c : print_reply_error(reply)) require(c >= ' ' && c <= '~', "a line for the log");
}

// The replies, up to the first that is none.
std::vector<std::string> read_in_pieces(std::string_view octets, std::size_t piece) {
    RedisReplyReader reader;
    std::vector<std::string> replies;
    for (; !octets.empty(); octets.remove_prefix(std::min(piece, octets.size()))) {
        require(reader.feed(octets.substr(0, piece)).has_value(), "within 16 MiB");
        for (;;) {
            const auto reply = reader.next();
            if (!reply) require(is_store_error(reply.error()), "one error");
            if (!reply) return replies;
            if (!*reply) break;
            check_values(**reply);
            check_error(**reply);
            replies.push_back(print(**reply));
        }
    }
    return replies;
}

}  // namespace

FUZZ_TARGET(redis_reply) {
    if (input.empty()) return;
    const std::size_t piece = static_cast<unsigned char>(input.front()) % 32U + 1;
    const std::string_view octets = input.substr(1);
    require(read_in_pieces(octets, piece) == read_in_pieces(octets, octets.size()), "however they arrive");
}
