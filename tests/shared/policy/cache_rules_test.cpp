#include "policy/cache_rules.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/text.h"

using namespace vestibule;

namespace {

enum class Keep { no, yes };

std::string control(std::initializer_list<HeaderField> upstream, Keep keep) {
    Route route;
    route.cache = keep == Keep::yes;
    return cache_control(upstream, route);
}

}  // namespace

Test(cache_rules, nothing_is_stored_unless_the_route_says_so_P37) {
    for (const char* value : {"public, max-age=60", "private", "s-maxage=60", "no-cache", ""}) {
        cr_expect(eq(str, control({{"Cache-Control", value}}, Keep::no), text("no-store")), "%s", value);
    }
    cr_expect(eq(str, control({}, Keep::no), text("no-store")));
    cr_expect(eq(str, control({{"Cache-Control", "public, no-transform"}}, Keep::no), text("no-store, no-transform")));
}

Test(cache_rules, a_route_that_keeps_caching_makes_it_private_P37_P38) {
    const struct {
        const char* upstream;
        const char* expected;
    } rows[] = {
        {"public, max-age=60", "private, max-age=60"},
        {"PUBLIC, S-MaxAge=600, Max-Age=60", "private, Max-Age=60"},
        {"max-age=60, must-revalidate, proxy-revalidate", "private, max-age=60, must-revalidate"},
        {"private", "private"},
        {"no-cache", "private, no-cache"},
        {"max-age=60, immutable, stale-while-revalidate=5, stale-if-error=9",
         "private, max-age=60, immutable, stale-while-revalidate=5, stale-if-error=9"},
        {"unknown=1, max-age=1", "private, max-age=1"},
        {"no-store, max-age=60", "no-store"},
        {"max-age=60, no-store", "no-store"},
        {"private=\"Set-Cookie, X\", max-age=60", "no-store"},
        {"public", "private"},
        {"max-age=60; x: public", "no-store"},
        {"max-age=, private", "no-store"},
        {"no-cache=Set-Cookie, max-age=60", "no-store"},
    };
    for (const auto& row : rows) {
        cr_expect(eq(str, control({{"Cache-Control", row.upstream}}, Keep::yes), text(row.expected)), "%s",
                  row.upstream);
    }
    cr_expect(eq(str, control({}, Keep::yes), text("no-store")));
    cr_expect(eq(str, control({{"Cache-Control", "max-age=60"}, {"cache-control", "no-store"}}, Keep::yes),
                 text("no-store")));
}

Test(cache_rules, vary_grows_and_names_the_cookie_for_the_token_P39_S43) {
    const struct {
        const char* upstream;
        const char* expected;
    } rows[] = {
        {"", "Cookie, Origin, Sec-Fetch-Site"},
        {"Accept-Encoding", "Accept-Encoding, Cookie, Origin, Sec-Fetch-Site"},
        {"Accept, authorization", "Accept, Cookie, Origin, Sec-Fetch-Site"},
        {"Authorization, Cookie", "Cookie, Origin, Sec-Fetch-Site"},
        {"origin", "origin, Cookie, Sec-Fetch-Site"},
        {"Accept, *", "*"},
        {"no token, Accept", "Accept, Cookie, Origin, Sec-Fetch-Site"},
    };
    for (const auto& row : rows)
        cr_expect(eq(str, vary({{"Vary", row.upstream}}), text(row.expected)), "%s", row.upstream);
    cr_expect(eq(str, vary({{"Vary", "A"}, {"vary", "B"}}), text("A, B, Cookie, Origin, Sec-Fetch-Site")));
}
