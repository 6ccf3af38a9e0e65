#include "provider/freshness.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

using namespace vestibule;

Test(freshness, D09_max_age_less_age_within_a_minute_and_a_day) {
    const std::tuple<const char*, const char*, int> table[] = {
        {"max-age=600", "", 600},
        {"MAX-AGE=600", "", 600},
        {"public,max-age = 600 , must-revalidate", "", 600},
        {"max-age=\"600\"", "", 600},
        {"max-age=600", "100", 500},
        {"max-age=600", "9999", 60},
        {"max-age=600", "soon", 600},
        {"max-age=600, max-age=900", "", 600},
        {"max-age=600, no-cache", "", 60},
        {"no-store", "", 60},
        {"max-age=0", "", 60},
        {"max-age=86401", "", 86400},
        {"max-age=18446744073709551616", "", 86400},
        {"max-age=", "", 3600},
        {"max-age", "", 3600},
        {"max-age=1e9", "", 3600},
        {"s-maxage=5", "", 3600},
        {"", "", 3600},
    };
    for (const auto& [cache_control, age, expected] : table) {
        HeaderFields headers{{"Cache-Control", cache_control}};
        if (*age) headers.add("Age", age);
        cr_expect(eq(i64, freshness(headers).count(), expected), "%s / %s", cache_control, age);
    }
    cr_expect(freshness({}) == Seconds{3600});
    cr_expect(freshness({{"Cache-Control", "public"}, {"cache-control", "max-age=90"}}) == Seconds{90});
}
