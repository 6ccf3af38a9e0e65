#include "policy/token_free_body.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <array>

#include "tests/support/http_text.h"
#include "tests/support/text.h"

using namespace vestibule;

namespace {

constexpr std::string_view kToken = "aab-token-aabc";

std::string through(std::deque<std::string> pieces, std::string_view token = kToken,
                    std::optional<Error> breaks_with = std::nullopt) {
    auto body = std::make_shared<PiecewiseBody>(std::move(pieces), std::move(breaks_with));
    return body_text_of({200, {}, token_free_body(body, Secret(text(token)))});
}

std::deque<std::string> cut(const std::string& octets, std::size_t size) {
    std::deque<std::string> pieces;
    for (std::size_t at = 0; at < octets.size(); at += size) pieces.push_back(octets.substr(at, size));
    return pieces;
}

}  // namespace

Test(token_free_body, a_body_without_the_token_passes_octet_for_octet_P41_P59) {
    const std::string body = "aaaaab-token-aab aab-token-aabX aab-toke aab" + std::string(40'000, 'a') + "aab-token-";
    for (const std::size_t size : {1, 2, 7, 13, 14, 15, 4096, 100'000}) {
        cr_expect(eq(str, through(cut(body, size)), text(body)), "pieces of %zu", size);
    }
    cr_expect(eq(str, through({}), text("")));
    const std::string binary("\0\xff\0a\0", 5);
    cr_expect(eq(str, through({binary}), text(binary)));
}

Test(token_free_body, the_token_never_gets_out_wherever_reads_split_it_P59) {
    for (const std::string before : {"", "a", "aa", "aab-token-", "{\"echo\":\"Bearer "}) {
        const std::string body = before + std::string(kToken) + "\"} and more";
        for (std::size_t size = 1; size <= body.size(); ++size) {
            cr_expect(eq(str, through(cut(body, size)), before + "[broken: upstream_invalid]"), "%s in pieces of %zu",
                      before.c_str(), size);
        }
    }
    const std::string late = std::string(50'000, 'x');
    cr_expect(eq(str, through({late + text(kToken)}), late + "[broken: upstream_invalid]"));
    cr_expect(eq(str, through({"x", "x"}, "x"), text("[broken: upstream_invalid]")));
}

Test(token_free_body, a_body_that_breaks_off_stays_broken_P23) {
    cr_expect(eq(str, through({"abc"}, kToken, Error{ErrorCode::upstream_invalid, "", {}}),
                 text("abc[broken: upstream_invalid]")));
    cr_expect(eq(str, through({"abc"}, kToken, Error{ErrorCode::upstream_timeout, "", {}}),
                 text("abc[broken: upstream_timeout]")));
}

Test(token_free_body, what_cannot_be_the_token_is_not_held_back_P46) {
    auto source = std::make_shared<PiecewiseBody>(std::deque<std::string>{"data: 1\n\n", "data: 2\n\n"});
    const auto body = token_free_body(source, Secret(text(kToken)));
    std::array<char, 4096> buffer{};
    cr_assert(eq(sz, body->read(buffer).value(), 9));
    cr_assert(eq(sz, source->reads(), 1));  // the second event was not waited for
}

Test(token_free_body, small_reads_get_the_same_octets) {
    const auto body = token_free_body(body_of("hello, world"), Secret(text(kToken)));
    std::string all;
    std::array<char, 3> buffer{};
    for (std::size_t count = 1; count > 0;) {
        count = body->read(buffer).value();
        all.append(buffer.data(), count);
    }
    cr_assert(eq(str, all, text("hello, world")));
}
