#include "adapters/redis/redis_values.h"

#include <algorithm>
#include <charconv>

#include "codec/base64url.h"

namespace vestibule::redis {
namespace {

using Kind = RedisReply::Kind;

constexpr std::int64_t kExact = std::int64_t{1} << 53;

template <class Number>
Result<Number> number_of(const RedisReply& reply) {
    Number number = 0;
    const std::string& text = reply.text;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (reply.kind != Kind::text || error != std::errc{} || end != text.data() + text.size()) {
        return unreadable("no number where one is expected");
    }
    return number;
}

// Reads fields one after the other; the first that cannot be read is what is wrong.
class FieldReader {
public:
    FieldReader(const RedisReply& list, std::size_t at) : list_(list), at_(at) {}

    std::string octets() {
        const RedisReply& field = next();
        if (field.kind != Kind::text) fail("no octets where some are expected");
        return field.text;
    }
    std::string name() {
        auto decoded = hex_decode(octets());
        if (!decoded) fail("a name that is not hexadecimal");
        return decoded.value_or("");
    }
    bool skip_nil() {
        if (list_.elements[at_]->kind != Kind::nil) return false;
        ++at_;
        return true;
    }
    std::uint64_t number() { return keep(number_of<std::uint64_t>(next())); }
    WallTime time() { return WallTime{Seconds{keep(number_of<std::int64_t>(next()))}}; }

    template <class T>
    Result<T> result(T value) {
        if (!read_) return failure(read_.error());
        return value;
    }

private:
    const RedisReply& next() { return *list_.elements[at_++]; }
    void fail(const char* what) {
        if (read_) read_ = unreadable(what);
    }
    template <class Number>
    Number keep(const Result<Number>& number) {
        if (!number && read_) read_ = failure(number.error());
        return number.value_or(0);
    }

    const RedisReply& list_;
    std::size_t at_;
    Result<void> read_{};
};

SessionRow next_row(FieldReader& fields) {
    SessionRow row;
    row.key = {fields.name()};
    row.version = fields.number();
    if (!fields.skip_nil()) row.sid = IndexKey{fields.name()};
    row.sub = {fields.name()};
    row.browser = {fields.name()};
    row.created_at = fields.time();
    row.idle_expires_at = fields.time();
    row.expires_at = fields.time();
    row.access_expires_at = fields.time();
    row.access_lifetime = fields.time().time_since_epoch();
    return row;
}

bool has_fields(const RedisReply& list, std::size_t at, std::size_t count) {
    return list.kind == Kind::list && at <= list.elements.size() && list.elements.size() - at >= count;
}

}  // namespace

tl::unexpected<Error> unreadable(const char* what) {
    return failure(ErrorCode::store_unavailable, std::string("the server's answer cannot be read: ") + what);
}

std::string print(Seconds seconds) {
    return std::to_string(std::clamp<std::int64_t>(seconds.count(), -kExact, kExact));
}
std::string print(WallTime time) { return print(time.time_since_epoch()); }

Result<std::uint64_t> read_count(const RedisReply& reply) {
    if (reply.kind != Kind::integer || reply.integer < 0) return unreadable("no count");
    return static_cast<std::uint64_t>(reply.integer);
}

Result<bool> read_truth(const RedisReply& reply) {
    if (reply.kind != Kind::integer || reply.integer < 0 || reply.integer > 1) return unreadable("neither 0 nor 1");
    return reply.integer == 1;
}

Result<std::string> read_word(const RedisReply& reply) {
    if (reply.kind != Kind::text) return unreadable("no word");
    return reply.text;
}

Result<WallTime> read_time(const RedisReply& reply) {
    return number_of<std::int64_t>(reply).map([](std::int64_t seconds) { return WallTime{Seconds{seconds}}; });
}

Result<SessionRow> read_row(const RedisReply& list, std::size_t at) {
    if (!has_fields(list, at, kRowFields)) return unreadable("too few fields");
    FieldReader fields(list, at);
    SessionRow row = next_row(fields);
    return fields.result(std::move(row));
}

Result<SessionRow> read_sealed_row(const RedisReply& list, std::size_t at) {
    if (!has_fields(list, at, kRowFields + kSealedFields)) return unreadable("too few fields");
    FieldReader fields(list, at);
    SessionRow row = next_row(fields);
    row.sealed.claims = fields.octets();
    row.sealed.access_token = fields.octets();
    row.sealed.refresh_and_id_token = fields.octets();
    return fields.result(std::move(row));
}

}  // namespace vestibule::redis
