#include "policy/target_path.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/vector_lines.h"

using namespace vestibule;

namespace {

constexpr EncodedSlashes kBoth[] = {EncodedSlashes::refuse, EncodedSlashes::allow};

}  // namespace

Test(target_path, what_two_programs_could_read_differently_is_refused_P05) {
    const auto cases = vector_lines("target_paths/refused.txt");
    cr_assert(ge(sz, cases.size(), 80));
    for (const std::string& path : cases) {
        for (const auto slashes : kBoth) {
            const auto checked = check_target_path(path, slashes);
            cr_expect(not(checked.has_value()), "%s", visible(path).c_str());
            if (!checked) cr_expect(checked.error().code == ErrorCode::bad_request);
        }
    }
}

Test(target_path, what_everybody_reads_alike_may_pass_P05) {
    for (const std::string& path : vector_lines("target_paths/accepted.txt")) {
        for (const auto slashes : kBoth)
            cr_expect(check_target_path(path, slashes).has_value(), "%s", visible(path).c_str());
    }
}

Test(target_path, an_encoded_slash_passes_only_where_the_route_allows_it_P05) {
    for (const std::string& path : vector_lines("target_paths/with_encoded_slashes.txt")) {
        cr_expect(check_target_path(path, EncodedSlashes::allow).has_value(), "%s", visible(path).c_str());
        cr_expect(not(check_target_path(path, EncodedSlashes::refuse).has_value()), "%s", visible(path).c_str());
    }
}

Test(target_path, only_octets_that_browsers_leave_in_a_path_pass_P05_P50) {
    for (int octet = 0; octet < 256; ++octet) {
        const std::string path = "/x" + std::string(1, static_cast<char>(octet));
        const bool is_expected = octet > 0x20 && octet < 0x7f &&
                                 std::string_view("\\#%\"<>`{}").find(static_cast<char>(octet)) == std::string::npos;
        cr_expect(eq(int, check_target_path(path, EncodedSlashes::refuse).has_value(), is_expected), "octet %d", octet);
    }
}

Test(target_path, of_all_escapes_only_those_that_hide_nothing_pass_P05) {
    for (int octet = 0; octet < 128; ++octet) {
        char path[16];
        std::snprintf(path, sizeof path, "/x%%%02xy", static_cast<unsigned>(octet));
        const char c = static_cast<char>(octet);
        const bool is_unreserved = std::isalnum(octet) != 0 || c == '-' || c == '.' || c == '_' || c == '~';
        const bool hides = octet < 0x20 || octet == 0x7f || c == '/' || c == '\\' || is_unreserved;
        cr_expect(eq(int, check_target_path(path, EncodedSlashes::refuse).has_value(), !hides), "%s", path);
    }
}

Test(target_path, a_query_is_forwarded_with_every_escape_but_without_raw_controls_P05_P50) {
    for (const char* query :
         {"", "a=1&b=2", "q=100%", "q=%00%0d%0a", "next=//h/../x", "a=%2e%2e%2f", "?", "[]={}|^`"}) {
        cr_expect(check_target_query(query).has_value(), "%s", query);
    }
    for (const std::string query : {"a b", "a\tb", "a\r\nX: y", "a#b", "a\x7f", "caf\xc3\xa9"}) {
        cr_expect(not(check_target_query(query).has_value()), "%s", visible(query).c_str());
    }
    cr_expect(not(check_target_query(std::string_view("a\0b", 3)).has_value()));
}
