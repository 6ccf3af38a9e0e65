#include "codec/form.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

using namespace vestibule;

namespace {

Form parsed(std::string_view text) {
    auto form = Form::parse(text);
    cr_expect(form.has_value(), "%s", std::string(text).c_str());
    return form.value_or(Form{});
}

bool is_refused(std::string_view text, const Form::Limits& limits = {}) {
    const auto form = Form::parse(text, limits);
    return !form && form.error().code == ErrorCode::bad_request;
}

std::string only(const Form& form, std::string_view name) {
    const auto value = form.single(name);
    return value && *value ? **value : "(nothing)";
}

}  // namespace

Test(form, h20_decodes_plus_and_escapes_in_names_and_values) {
    const Form form = parsed("a=b+c&d%20e=%C3%A9%2B&f=g=h");
    cr_expect(eq(only(form, "a"), std::string("b c")));
    cr_expect(eq(only(form, "d e"), std::string("\xc3\xa9+")));
    cr_expect(eq(only(form, "f"), std::string("g=h")));
}

Test(form, h20_semicolons_do_not_separate) {
    const Form form = parsed("a=1;b=2");
    cr_expect(eq(sz, form.parameters().size(), 1u));
    cr_expect(eq(only(form, "a"), std::string("1;b=2")));
}

Test(form, empty_pieces_are_skipped_and_a_name_needs_no_value) {
    const Form form = parsed("&&a&=x&b=&&");
    cr_expect(eq(sz, form.parameters().size(), 3u));
    cr_expect(form.has("a"));
    cr_expect(form.has(""));
    cr_expect(eq(only(form, "b"), std::string("(nothing)")));
    cr_expect(parsed("").parameters().empty());
}

// RFC 6749 §3.1: parameters without a value are treated as omitted and must not be repeated.
Test(form, c07_a_parameter_that_comes_twice_has_no_single_value) {
    cr_expect(not(parsed("a=1&a=2").single("a").has_value()));
    cr_expect(not(parsed("a=1&a=1").single("a").has_value()));
    cr_expect(not(parsed("a=&a=1").single("a").has_value()));
    cr_expect(not(parsed("state=1&st%61te=2").single("state").has_value()));
    cr_expect(eq(only(parsed("a=1&A=2"), "a"), std::string("1")));
    cr_expect(eq(parsed("a=1&a=2").single("a").error().code == ErrorCode::bad_request, true));
    cr_expect(parsed("b=1&b=2").single("a").has_value(), "others may repeat");
}

Test(form, h20_refuses_bad_escapes_and_nul) {
    for (const std::string_view text : {"a=%", "a=%2", "a=%zz", "%=1", "a=%00", "%00=1", "a=1&b=%g1"}) {
        cr_expect(is_refused(text), "%s", std::string(text).c_str());
    }
    cr_expect(is_refused(std::string_view("a=\0", 3)));
}

Test(form, h20_limits_count_and_length) {
    cr_expect(not(is_refused("a&b", {3, 2})));
    cr_expect(is_refused("a&bc", {3, 2}));
    cr_expect(is_refused("a&b&c", {100, 2}));
    cr_expect(not(is_refused("&&&&&&a&b", {100, 2})));
    cr_expect(is_refused(std::string(16 * 1024 + 1, 'a')));
}

Test(form, what_is_encoded_is_read_back) {
    const Form form = Form{}.add("a b", "&=+%/").add("", "").add("\xc3\xa9", "\n");
    cr_expect(eq(form.encode(), std::string("a+b=%26%3D%2B%25%2F&=&%C3%A9=%0A")));
    cr_expect(parsed(form.encode()).parameters() == form.parameters());
    cr_expect(eq(form_encode(" a  b "), std::string("+a++b+")));
    cr_expect(eq(form_encode(""), std::string()));
}

Test(form, l17_a_query_joins_the_one_the_url_has) {
    const Form one = Form{}.add("a", "1");
    cr_expect(eq(with_query("https://p/x", one), std::string("https://p/x?a=1")));
    cr_expect(eq(with_query("https://p/x?y=2", one), std::string("https://p/x?y=2&a=1")));
    cr_expect(eq(with_query("https://p/x?", one), std::string("https://p/x?a=1")));
    cr_expect(eq(with_query("https://p/x?y&", one), std::string("https://p/x?y&a=1")));
    cr_expect(eq(with_query("https://p/x", Form{}), std::string("https://p/x")));
}
