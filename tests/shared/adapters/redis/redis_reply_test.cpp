// Replies: whole, in pieces, and such that no server should send.
#include "adapters/redis/redis_reply.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

using namespace vestibule;
using namespace std::string_literals;
using Kind = RedisReply::Kind;

static Result<std::unique_ptr<RedisReply>> read(std::string_view octets) {
    RedisReplyReader reader;
    if (const auto fed = reader.feed(octets); !fed) return failure(fed.error());
    return reader.next();
}

static const RedisReply& must_read(std::string_view octets) {
    static std::unique_ptr<RedisReply> reply;
    auto result = read(octets);
    cr_assert(result.has_value() && *result != nullptr);
    reply = *std::move(result);
    return *reply;
}

Test(redis_reply, every_kind_is_read) {
    cr_expect(must_read("+OK\r\n").kind == Kind::status);
    cr_expect(must_read("+OK\r\n").text == "OK");
    cr_expect(must_read("-ERR no\r\n").is_error("ERR "));
    cr_expect(must_read(":-7\r\n").integer == -7);
    cr_expect(must_read("$4\r\na\0\r\n\r\n"s).text == "a\0\r\n"s);
    cr_expect(must_read("$0\r\n\r\n").kind == Kind::text);
    cr_expect(must_read("$-1\r\n").kind == Kind::nil);
    cr_expect(must_read("*-1\r\n").kind == Kind::nil);
    cr_expect(must_read("*0\r\n").elements.empty());
    const RedisReply& list = must_read("*3\r\n$1\r\na\r\n*2\r\n:1\r\n$-1\r\n:2\r\n");
    cr_assert(eq(sz, list.elements.size(), 3));
    cr_expect(list.elements[0]->text == "a");
    cr_expect(list.elements[1]->elements[0]->integer == 1);
    cr_expect(list.elements[1]->elements[1]->kind == Kind::nil);
    cr_expect(list.elements[2]->integer == 2);
}

Test(redis_reply, octet_by_octet_it_is_the_same) {
    const std::string octets = "*2\r\n$5\r\nhello\r\n*1\r\n:42\r\n+next\r\n";
    RedisReplyReader reader;
    std::vector<std::unique_ptr<RedisReply>> replies;
    for (const char octet : octets) {
        cr_assert(reader.feed({&octet, 1}).has_value());
        auto reply = reader.next();
        cr_assert(reply.has_value());
        if (*reply) replies.push_back(*std::move(reply));
    }
    cr_assert(eq(sz, replies.size(), 2));
    cr_expect(replies[0]->elements[1]->elements[0]->integer == 42);
    cr_expect(replies[1]->text == "next");
}

Test(redis_reply, what_is_no_reply_is_an_error_and_no_crash) {
    const std::string deep = [] {
        std::string lists;
        for (int i = 0; i < 100; ++i) lists += "*1\r\n";
        return lists + ":1\r\n";
    }();
    for (const std::string& octets :
         {"HTTP/1.1 400 Bad Request\r\n\r\n"s, "\0\0\0\0"s, "\x16\x03\x01\x02"s, "*1000000000\r\n"s, "*2147483648\r\n"s,
          "*9223372036854775808\r\n"s, "*-2\r\n"s, "$-2\r\n"s, "$9223372036854775808\r\n"s, "$abc\r\n"s, ":x\r\n"s,
          "*200000\r\n:1\r\n"s, deep}) {
        cr_expect(not(read(octets).has_value()), "%s", octets.substr(0, 40).c_str());
    }
}

Test(redis_reply, a_reply_that_was_torn_is_waited_for) {
    for (const char* octets :
         {"", "+O", "$5\r\nhel", "$5\r\nhello", "*2\r\n:1\r\n", "*3\r\n$1\r\na\r\n*2\r\n", "$1000000000\r\n"}) {
        const auto reply = read(octets);
        cr_expect(reply.has_value() && *reply == nullptr, "%s", octets);
    }
}

// Nine octets announce a list of a megabyte, and so do the next nine.
Test(redis_reply, lists_that_are_only_announced_cost_no_more_than_one_may) {
    const std::string large = "*" + std::to_string(RedisReplyReader::kMostElements / 2) + "\r\n";
    cr_expect(read(large + large).has_value(), "two halves");
    cr_expect(not(read(large + large + "*1\r\n").has_value()), "and one more");
    std::string whole = "*" + std::to_string(RedisReplyReader::kMostElements) + "\r\n";
    for (std::size_t i = 0; i < RedisReplyReader::kMostElements; ++i) whole += "*0\r\n";
    RedisReplyReader reader;
    for (int reply = 0; reply < 2; ++reply) {
        cr_assert(reader.feed(whole).has_value());
        const auto read = reader.next();
        cr_expect(read.has_value() && *read != nullptr, "reply %d has the whole of it", reply);
    }
}

Test(redis_reply, lists_are_nested_as_deep_as_anybody_needs) {
    const auto nested = [](int depth) {
        std::string lists;
        for (int i = 0; i < depth; ++i) lists += "*1\r\n";
        return lists + ":1\r\n";
    };
    const auto deepest = read(nested(RedisReplyReader::kDeepest));
    cr_expect(deepest.has_value() && *deepest != nullptr);
    cr_expect(not(read(nested(RedisReplyReader::kDeepest + 1)).has_value()));
}

Test(redis_reply, an_endless_reply_ends_at_a_bound) {
    RedisReplyReader reader;
    cr_assert(reader.feed("$1000000000\r\n").has_value());
    const std::string more(1 << 20, 'x');
    std::size_t fed = 0;
    while (reader.feed(more) && fed < 100) {
        cr_assert(reader.next().has_value());
        ++fed;
    }
    cr_expect(fed < 17, "%zu MiB were taken", fed);
}

Test(redis_reply, types_of_a_later_protocol_that_nobody_asked_for_are_no_crash) {
    for (const char* octets : {"_\r\n", "#t\r\n", ",1.5\r\n", "(123\r\n", "=6\r\ntxt:ab\r\n", "%1\r\n+a\r\n+b\r\n",
                               "~1\r\n:1\r\n", ">1\r\n:1\r\n", "*2\r\n#t\r\n,inf\r\n"}) {
        (void)read(octets);  // an error with hiredis 0.14, a value with 1
    }
    cr_expect(read("+OK\r\n").has_value());
}
