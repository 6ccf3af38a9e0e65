// What a server answers, read by hiredis' parser from whatever octets arrive, in bounded memory. A server is not
// trusted to keep to the protocol: garbage, endless lengths and wrong types are errors, never a crash.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace vestibule {

struct RedisReply {
    enum class Kind { nil, text, status, error, integer, list } kind = Kind::nil;
    std::string text;  // of text, status and error
    std::int64_t integer = 0;
    std::vector<std::unique_ptr<RedisReply>> elements;  // of a list; none is null

    bool is_error(std::string_view prefix) const { return kind == Kind::error && text.starts_with(prefix); }
};

// Not thread-safe. After an error it is of no more use.
class RedisReplyReader {
public:
    static constexpr std::size_t kMostOctets = 16 << 20;   // of one reply
    static constexpr std::size_t kMostElements = 1 << 17;  // of one reply, whatever lists they stand in
    static constexpr int kDeepest = 7;                     // a list in a list in …; our scripts need two

    RedisReplyReader();
    ~RedisReplyReader();
    RedisReplyReader(const RedisReplyReader&) = delete;
    RedisReplyReader& operator=(const RedisReplyReader&) = delete;

    // The next whole reply of what was fed; null: more octets are needed. store_unavailable where they are no reply, or
    // one that is too large.
    Result<std::unique_ptr<RedisReply>> next();
    Result<void> feed(std::string_view octets);
    bool is_empty() const;  // of what was fed nothing is left, not even a part of a reply

private:
    struct Parser;
    std::unique_ptr<Parser> parser_;
    std::size_t fed_ = 0;  // since the last whole reply
};

}  // namespace vestibule
