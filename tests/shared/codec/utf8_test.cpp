#include "codec/utf8.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

using namespace vestibule;

Test(utf8, takes_the_first_and_last_character_of_every_length) {
    for (const std::string_view text : {"a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                                        "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
        cr_expect(eq(sz, utf8_character_size(text), text.size()));
        cr_expect(is_valid_utf8(text));
    }
    cr_expect(is_valid_utf8(""));
    cr_expect(is_valid_utf8(std::string_view("\0", 1)));
}

// RFC 3629 §3 and §10.
Test(utf8, refuses_overlong_forms_surrogates_and_what_lies_past_the_end) {
    for (const std::string_view text : {"\x80",
                                        "\xbf",
                                        "\xc0\x80",
                                        "\xc0\xaf",
                                        "\xc1\xbf",
                                        "\xe0\x9f\xbf",
                                        "\xe0\x80\xaf",
                                        "\xed\xa0\x80",
                                        "\xed\xbf\xbf",
                                        "\xf0\x8f\xbf\xbf",
                                        "\xf4\x90\x80\x80",
                                        "\xf5\x80\x80\x80",
                                        "\xff",
                                        "\xfe",
                                        "\xc2",
                                        "\xe2\x82",
                                        "\xf0\x9f\x98",
                                        "\xc2\x41",
                                        "\xe2\x82\x41",
                                        "\xf0\x9f\x98\x41",
                                        "a\xff",
                                        "\xe2\x28\xa1"}) {
        cr_expect(not(is_valid_utf8(text)));
    }
}
