// Our values as a script takes them, and a script's answers as our values. Names are hex, numbers and times decimal,
// sealed fields the octets they are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/redis/redis_reply.h"
#include "base/clock.h"
#include "base/result.h"
#include "session/store.h"

namespace vestibule::redis {

// Times as Lua counts them, in doubles: exact up to 2^53 s, and nothing is later than that.
std::string print(WallTime time);
std::string print(Seconds seconds);
inline std::string print(std::uint64_t number) { return std::to_string(number); }

// store_unavailable where the answer is none that the script gives.
Result<std::uint64_t> read_count(const RedisReply& reply);
Result<bool> read_truth(const RedisReply& reply);
Result<std::string> read_word(const RedisReply& reply);
Result<WallTime> read_time(const RedisReply& reply);

// The fields of one session among the elements, from `at` on: ten, or thirteen with the sealed ones.
inline constexpr std::size_t kRowFields = 10;
inline constexpr std::size_t kSealedFields = 3;
Result<SessionRow> read_row(const RedisReply& list, std::size_t at);
Result<SessionRow> read_sealed_row(const RedisReply& list, std::size_t at);

tl::unexpected<Error> unreadable(const char* what);

}  // namespace vestibule::redis
