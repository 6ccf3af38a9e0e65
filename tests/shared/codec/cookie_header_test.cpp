#include "codec/cookie_header.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

using namespace vestibule;

namespace {

// name=value, one a line: easy to compare.
std::string read(std::string_view header) {
    std::string text;
    for (const auto& [name, value] : parse_cookie_header(header)) {
        text.append(name).append("=").append(value).append("\n");
    }
    return text;
}

}  // namespace

Test(cookie_header, reads_pairs_in_order_and_keeps_duplicates_for_s09) {
    cr_expect(eq(read("a=1; b=2; a=3"), std::string("a=1\nb=2\na=3\n")));
}

Test(cookie_header, s08_header_fields_joined_by_comma_or_semicolon_are_apart) {
    cr_expect(eq(read("a=1; b=2, c=3,d=4;e=5"), std::string("a=1\nb=2\nc=3\nd=4\ne=5\n")));
}

Test(cookie_header, s07_names_keep_their_case) {
    cr_expect(eq(read("__HOST-s=evil; __Host-s=good"), std::string("__HOST-s=evil\n__Host-s=good\n")));
}

// CVE-2023-28625 was a crash on these.
Test(cookie_header, crippled_headers_give_nothing_and_no_crash) {
    for (const std::string_view header : {"", ";", ";;", "; ", " ", ",", "a", "a; b", " ; ,", "\t"}) {
        cr_expect(eq(read(header), std::string()));
    }
    cr_expect(eq(read("="), std::string("=\n")));
    cr_expect(eq(read("; ;="), std::string("=\n")));
    cr_expect(eq(read("=v"), std::string("=v\n")));
    cr_expect(eq(read("a==b="), std::string("a==b=\n")));
}

Test(cookie_header, blanks_around_are_no_part_and_quotes_are) {
    cr_expect(eq(read(" a =\t1 ;b = \"2\" "), std::string("a=1\nb=\"2\"\n")));
}

Test(cookie_header, reads_no_more_than_a_hundred_pairs) {
    std::string header;
    for (int i = 0; i < 1000; ++i) header += "a=1; ";
    cr_expect(eq(sz, parse_cookie_header(header).size(), 100u));
}
