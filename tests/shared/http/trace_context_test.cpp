#include "http/trace_context.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <string>

using namespace vestibule;

namespace {

const std::string kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string kParent = "00f067aa0ba902b7";

}  // namespace

// P56
Test(trace_context, a_valid_traceparent_is_taken_apart) {
    const std::string value = "00-" + kTrace + "-" + kParent + "-01";
    const auto parts = parse_traceparent(value);
    cr_assert(parts.has_value());
    cr_assert(parts->trace_id == kTrace && parts->parent_id == kParent && parts->flags == "01");
    cr_assert(parse_traceparent("cc-" + kTrace + "-" + kParent + "-01-more").has_value());
}

// P56
Test(trace_context, anything_malformed_is_ignored_as_a_whole) {
    const std::string zeros(32, '0');
    const std::string rest = "-" + kTrace + "-" + kParent + "-01";
    for (const std::string& value :
         {std::string{}, "ff" + rest, "0" + rest, "00" + rest + "-more", "cc" + rest + "more", "0G" + rest,
          "00-" + zeros + "-" + kParent + "-01", "00-" + kTrace + "-0000000000000000-01",
          "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + kParent + "-01", "00-" + kTrace + "-" + kParent + "-0",
          "00-" + kTrace + "_" + kParent + "-01", "00-" + kTrace + "-" + kParent + "-0x"})
        cr_expect(not(parse_traceparent(value).has_value()), "%s", value.c_str());
}
