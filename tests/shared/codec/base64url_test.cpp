#include "codec/base64url.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <array>

using namespace vestibule;

namespace {

struct Row {
    std::string_view octets;
    std::string_view padded;
    std::string_view bare;
};

// RFC 4648 §10.
constexpr std::array<Row, 7> kPublished{{
    {"", "", ""},
    {"f", "Zg==", "Zg"},
    {"fo", "Zm8=", "Zm8"},
    {"foo", "Zm9v", "Zm9v"},
    {"foob", "Zm9vYg==", "Zm9vYg"},
    {"fooba", "Zm9vYmE=", "Zm9vYmE"},
    {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
}};

}  // namespace

Test(base64url, gives_the_published_values_in_both_directions) {
    for (const Row& row : kPublished) {
        cr_expect(eq(base64_encode(row.octets), std::string(row.padded)));
        cr_expect(eq(base64url_encode(row.octets), std::string(row.bare)));
        cr_expect(base64url_decode(row.bare) == std::string(row.octets), "%s", std::string(row.bare).c_str());
    }
}

Test(base64url, uses_the_alphabet_that_is_safe_in_a_url) {
    cr_expect(eq(base64url_encode("\xfb\xff\xbf"), std::string("-_-_")));
    cr_expect(eq(base64_encode("\xfb\xff\xbf"), std::string("+/+/")));
}

Test(base64url, brings_back_every_octet_at_every_place) {
    for (int octet = 0; octet < 256; ++octet) {
        const std::string one(1, static_cast<char>(octet));
        for (const std::string& octets : {one, "a" + one, "ab" + one, one + "abc"}) {
            cr_expect(base64url_decode(base64url_encode(octets)) == octets, "octet %d", octet);
        }
    }
}

// Checklist I01: one text for one value, and nothing else.
Test(base64url, i01_refuses_whatever_is_not_the_one_way_to_write_it) {
    for (const std::string_view text : {"Zg==", "Zg=", "Z", "Zm9vY", "Zh", "Zm9", "Z g", "Zg\n", " Zg", "Z+", "Z/",
                                        "Zm8.", "Zm9v\xc3\xa9", "=", "Zm9vYn"}) {
        cr_expect(not(base64url_decode(text).has_value()), "%s", std::string(text).c_str());
    }
    cr_expect(not(base64url_decode(std::string_view("Zg\0", 3)).has_value()));
}

Test(hex, is_lower_case_and_two_digits_an_octet) {
    cr_expect(eq(hex_encode(std::string_view("\x00\x0f\xa5\xff", 4)), std::string("000fa5ff")));
}
