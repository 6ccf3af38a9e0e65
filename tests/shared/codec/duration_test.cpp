#include "codec/duration.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

using namespace vestibule;
using std::chrono::seconds;

Test(duration, reads_a_number_and_a_unit) {
    cr_expect(parse_duration("90s") == seconds(90));
    cr_expect(parse_duration("30m") == seconds(1800));
    cr_expect(parse_duration("12h") == seconds(43200));
    cr_expect(parse_duration("7d") == seconds(604800));
    cr_expect(parse_duration("0s") == seconds(0));
    cr_expect(parse_duration("400d") == seconds(34560000));
}

Test(duration, refuses_everything_else) {
    for (const std::string_view text : {"",
                                        "s",
                                        "90",
                                        "1.5h",
                                        "-1s",
                                        "+1s",
                                        " 1s",
                                        "1s ",
                                        "1 s",
                                        "1w",
                                        "1S",
                                        "1ms",
                                        "1h30m",
                                        "401d",
                                        "34560001s",
                                        "4294967296s",
                                        "99999999999999999999d",
                                        "0x1s",
                                        "1e3s",
                                        "s1"}) {
        cr_expect(not(parse_duration(text).has_value()), "%s", std::string(text).c_str());
    }
}

Test(duration, prints_the_shortest_exact_form) {
    cr_expect(eq(print_duration(seconds(1800)), std::string("30m")));
    cr_expect(eq(print_duration(seconds(90)), std::string("90s")));
    cr_expect(eq(print_duration(seconds(86400)), std::string("1d")));
    cr_expect(eq(print_duration(seconds(3600)), std::string("1h")));
    cr_expect(eq(print_duration(seconds(0)), std::string("0s")));
}

Test(duration, what_is_printed_is_read_back) {
    for (int count = 0; count < 100'000; count += 37) {
        cr_expect(parse_duration(print_duration(seconds(count))) == seconds(count), "%d s", count);
    }
}
