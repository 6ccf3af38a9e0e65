#include "session/index_keys.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <set>

#include "tests/support/fixed_random.h"
#include "tests/support/session_in_store.h"

using namespace vestibule;

namespace {

constexpr std::string_view kOld = "old:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
constexpr std::string_view kNewThenOld =
    "new:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI\nold:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";

BrowserBinding a_browser(std::uint64_t seed) {
    FixedRandom random(seed);
    return BrowserBinding::of_or_new(Request{}, random);
}

}  // namespace

Test(index_keys, a_browser_has_one_key_and_another_browser_another) {
    const KeyRing keys = test_keys();
    cr_expect(browser_index_key(keys, a_browser(1)) == browser_index_key(keys, a_browser(1)));
    cr_expect(browser_index_key(keys, a_browser(1)) != browser_index_key(keys, a_browser(2)));
    cr_expect(eq(sz, browser_index_key(keys, a_browser(1)).octets.size(), 32));
}

Test(index_keys, X02_the_octets_of_the_login_cookie_are_not_in_the_key) {
    const BrowserBinding browser = a_browser(1);
    const IndexKey key = browser_index_key(test_keys(), browser);
    cr_expect(key.octets != browser.octets().reveal());
    cr_expect(key != browser_index_key(test_keys(kNewThenOld), browser), "it is a keyed hash");
}

Test(index_keys, what_was_stored_before_a_rotation_is_among_the_names_after_it) {
    const KeyRing before = test_keys(kOld);
    const KeyRing after = test_keys(kNewThenOld);
    const auto names = browser_index_keys(after, a_browser(1));
    cr_assert(eq(sz, names.size(), 2));
    cr_expect(names[0] == browser_index_key(after, a_browser(1)), "the one for new rows comes first");
    cr_expect(names[1] == browser_index_key(before, a_browser(1)));
}

Test(index_keys, kinds_and_issuers_share_no_key) {
    const KeyRing keys = test_keys();
    const BrowserBinding browser = a_browser(1);
    const std::string& octets = browser.octets().reveal();
    const std::set<IndexKey> different{browser_index_key(keys, browser), sid_index_key(keys, "", octets),
                                       sub_index_key(keys, "", octets),  sid_index_key(keys, "a", octets),
                                       sub_index_key(keys, "a", octets), sub_index_key(keys, "a" + octets, "")};
    cr_expect(eq(sz, different.size(), 6));
}
