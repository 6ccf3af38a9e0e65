#include "policy/in_flight.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <vector>

#include "tests/support/text.h"

using namespace vestibule;

Test(in_flight, a_caller_has_so_many_and_no_more_P54) {
    InFlight in_flight(2);
    auto first = in_flight.take("a");
    auto second = in_flight.take("a");
    cr_expect(first.has_value());
    cr_expect(second.has_value());
    cr_expect(not(in_flight.take("a").has_value()));
    cr_expect(in_flight.take("b").has_value(), "others have their own");
    second.reset();
    cr_expect(in_flight.take("a").has_value(), "what is over is given back");
    cr_expect(in_flight.take("a").has_value(), "and again");
}

Test(in_flight, a_slot_that_is_moved_is_given_back_once) {
    InFlight in_flight(1);
    {
        auto slot = in_flight.take("a");
        const InFlight::Slot elsewhere(*std::move(slot));
        slot.reset();
        cr_expect(not(in_flight.take("a").has_value()));
    }
    auto again = in_flight.take("a");
    cr_expect(again.has_value());
    cr_expect(not(in_flight.take("a").has_value()));
}

Test(in_flight, an_address_is_a_caller_and_so_is_a_network_of_IPv6) {
    const auto same = [](const char* a, const char* b) { return caller_at_address(a) == caller_at_address(b); };
    cr_expect(same("192.0.2.1", "192.0.2.1"));
    cr_expect(not(same("192.0.2.1", "192.0.2.2")));
    cr_expect(same("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"));
    cr_expect(not(same("2001:db8:1:2::1", "2001:db8:1:3::1")));
    cr_expect(not(same("::ffff:192.0.2.1", "::ffff:192.0.2.2")), "IPv4 in IPv6 clothes");
    cr_expect(same("", ""));
    cr_expect(not(same("", "192.0.2.1")));
}
