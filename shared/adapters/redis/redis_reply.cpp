#include "adapters/redis/redis_reply.h"

#include <hiredis/read.h>

namespace vestibule {
namespace {

using Kind = RedisReply::Kind;

Kind kind_of(int type) {
    switch (type) {
        case REDIS_REPLY_ERROR: return Kind::error;
        case REDIS_REPLY_STATUS: return Kind::status;
        case REDIS_REPLY_INTEGER: return Kind::integer;
        case REDIS_REPLY_NIL: return Kind::nil;
        default: return Kind::text;
    }
}

// Hangs the new reply into the list that is being read; the parser keeps the outermost.
void* place(const redisReadTask* task, std::unique_ptr<RedisReply> reply) {
    if (task->parent == nullptr) return reply.release();
    auto* list = static_cast<RedisReply*>(task->parent->obj);
    auto& place = list->elements.at(static_cast<std::size_t>(task->idx));
    place = std::move(reply);
    return place.get();
}

std::unique_ptr<RedisReply> reply_of(Kind kind) {
    auto reply = std::make_unique<RedisReply>();
    reply->kind = kind;
    return reply;
}

void* make_text(const redisReadTask* task, const char* octets, std::size_t length) {
    auto reply = reply_of(kind_of(task->type));
    reply->text.assign(octets, length);
    return place(task, std::move(reply));
}

void* make_integer(const redisReadTask* task, std::int64_t integer) {
    auto reply = reply_of(Kind::integer);
    reply->integer = integer;
    return place(task, std::move(reply));
}

int depth_of(const redisReadTask* task) {
    int depth = 1;
    for (; task->parent != nullptr; task = task->parent) ++depth;
    return depth;
}

// A few octets announce a list of any length, and hiredis 1 nests without end: what is made for them is counted before
// it is made. Null is an error to the parser.
void* make_list(const redisReadTask* task, std::size_t elements) {
    auto& left = *static_cast<std::size_t*>(task->privdata);
    if (elements > left || depth_of(task) > RedisReplyReader::kDeepest) return nullptr;
    left -= elements;
    auto reply = reply_of(Kind::list);
    reply->elements.resize(elements);
    return place(task, std::move(reply));
}

void* make_nil(const redisReadTask* task) { return place(task, reply_of(Kind::nil)); }

// hiredis 1 counts elements in size_t and knows doubles and booleans, which only RESP3 has and nobody asks for; 0.14
// counts in int. Without a function for them it would put a number where a pointer is expected.
template <class Functions>
Functions parser_functions() {
    Functions functions{};
    functions.createString = [](const redisReadTask* task, char* octets, std::size_t length) -> void* {
        return make_text(task, octets, length);
    };
    functions.createArray = [](const redisReadTask* task, auto elements) -> void* {
        return make_list(task, static_cast<std::size_t>(elements));
    };
    functions.createInteger = [](const redisReadTask* task, long long integer) -> void* {
        return make_integer(task, integer);
    };
    functions.createNil = [](const redisReadTask* task) -> void* { return make_nil(task); };
    functions.freeObject = [](void* reply) { delete static_cast<RedisReply*>(reply); };
    if constexpr (requires { functions.createDouble; }) {
        functions.createDouble = [](const redisReadTask* task, double, char* octets, std::size_t length) -> void* {
            return make_text(task, octets, length);
        };
        functions.createBool = [](const redisReadTask* task, int truth) -> void* { return make_integer(task, truth); };
    }
    return functions;
}

tl::unexpected<Error> no_reply(const std::string& what) {
    return failure(ErrorCode::store_unavailable, "the server's answer is no reply: " + what);
}

}  // namespace

struct RedisReplyReader::Parser {
    redisReplyObjectFunctions functions = parser_functions<redisReplyObjectFunctions>();
    std::unique_ptr<redisReader, void (*)(redisReader*)> reader{redisReaderCreateWithFunctions(&functions),
                                                                redisReaderFree};
    std::size_t elements_left = kMostElements;  // of the reply that is being read
};

RedisReplyReader::RedisReplyReader() : parser_(std::make_unique<Parser>()) {
    if (parser_->reader) parser_->reader->privdata = &parser_->elements_left;
}
RedisReplyReader::~RedisReplyReader() = default;

Result<void> RedisReplyReader::feed(std::string_view octets) {
    fed_ += octets.size();
    if (fed_ > kMostOctets) return no_reply("it is larger than 16 MiB");
    if (!parser_->reader || redisReaderFeed(parser_->reader.get(), octets.data(), octets.size()) != REDIS_OK) {
        return no_reply("no memory for it");
    }
    return {};
}

bool RedisReplyReader::is_empty() const {
    const redisReader* reader = parser_->reader.get();
    return reader != nullptr && reader->err == 0 && reader->pos == reader->len && reader->ridx < 0;
}

Result<std::unique_ptr<RedisReply>> RedisReplyReader::next() {
    void* whole = nullptr;
    if (!parser_->reader || redisReaderGetReply(parser_->reader.get(), &whole) != REDIS_OK) {
        return no_reply(parser_->reader ? parser_->reader->errstr : "no memory for it");
    }
    std::unique_ptr<RedisReply> reply(static_cast<RedisReply*>(whole));
    if (!reply) return reply;
    fed_ = 0;
    parser_->elements_left = kMostElements;
    return reply;
}

}  // namespace vestibule
