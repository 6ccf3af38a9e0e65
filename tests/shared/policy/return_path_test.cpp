#include "policy/return_path.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/text.h"
#include "tests/support/vector_lines.h"

using namespace vestibule;

Test(return_path, whatever_could_lead_to_another_host_is_refused_L23) {
    const auto cases = vector_lines("return_paths/refused.txt");
    cr_assert(ge(sz, cases.size(), 60));
    for (const std::string& path : cases)
        cr_expect(not(ReturnPath::parse(path).has_value()), "%s", visible(path).c_str());
}

Test(return_path, a_path_on_this_site_is_kept_octet_for_octet_L23) {
    for (const std::string& path : vector_lines("return_paths/accepted.txt")) {
        const auto parsed = ReturnPath::parse(path);
        cr_assert(parsed.has_value(), "%s", visible(path).c_str());
        cr_expect(eq(str, text(parsed->text()), text(path)));
    }
}

Test(return_path, has_at_most_1024_octets_L23) {
    cr_expect(ReturnPath::parse("/" + std::string(1023, 'a')).has_value());
    cr_expect(not(ReturnPath::parse("/" + std::string(1024, 'a')).has_value()));
    cr_expect(not(ReturnPath::parse("/" + std::string(8192, 'a')).has_value()));
}

Test(return_path, may_hold_every_visible_ascii_octet_but_the_backslash_and_no_other_L23) {
    for (int octet = 0; octet < 256; ++octet) {
        const std::string path = std::string("/x?q=") + static_cast<char>(octet);
        const bool is_plain = octet > 0x20 && octet < 0x7f && octet != '\\';
        cr_expect(eq(int, ReturnPath::parse(path).has_value(), is_plain), "octet %d", octet);
    }
}

Test(return_path, gets_one_more_parameter_before_the_fragment) {
    const struct {
        const char* path;
        const char* expected;
    } rows[] = {
        {"/", "/?auth_error=a%20b%26c"},
        {"/x#top", "/x?auth_error=a%20b%26c#top"},
        {"/x?y=1", "/x?y=1&auth_error=a%20b%26c"},
        {"/x?y=1&", "/x?y=1&auth_error=a%20b%26c"},
        {"/x?", "/x?auth_error=a%20b%26c"},
        {"/x?y=1#/a?b=2", "/x?y=1&auth_error=a%20b%26c#/a?b=2"},
        {"/#/a?b=2", "/?auth_error=a%20b%26c#/a?b=2"},
    };
    for (const auto& row : rows) {
        cr_expect(eq(str, ReturnPath::parse(row.path)->with_parameter("auth_error", "a b&c"), text(row.expected)));
    }
}
