#include "codec/percent.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

using namespace vestibule;

Test(percent, encodes_everything_but_the_unreserved_set) {
    cr_expect(eq(percent_encode("AZaz09-._~"), std::string("AZaz09-._~")));
    cr_expect(eq(percent_encode("a b/c?d&e=f+%\xc3\xa9"), std::string("a%20b%2Fc%3Fd%26e%3Df%2B%25%C3%A9")));
    cr_expect(eq(percent_encode(std::string_view("\0", 1)), std::string("%00")));
}

Test(percent, decodes_every_octet_in_either_case_and_leaves_a_plus) {
    for (int octet = 0; octet < 256; ++octet) {
        const std::string one(1, static_cast<char>(octet));
        cr_expect(percent_decode(percent_encode(one)) == one, "octet %d", octet);
    }
    cr_expect(percent_decode("%2f%2F+") == "//+");
    cr_expect(percent_decode("%252f") == "%2f", "one layer only");
}

Test(percent, h20_refuses_an_escape_that_is_none) {
    for (const std::string_view text : {"%", "%2", "a%", "%g0", "%0g", "%-1", "% 1", "%u0041", "%%41"}) {
        cr_expect(not(percent_decode(text).has_value()), "%s", std::string(text).c_str());
    }
}
