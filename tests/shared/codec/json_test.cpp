#include "codec/json.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <limits>

using namespace vestibule;

Test(json, finds_members_by_type_and_nothing_otherwise) {
    const Json value = Json::object({{"s", "text"}, {"i", 7}, {"b", true}, {"n", nullptr}, {"d", 1.5}});
    cr_expect(value.string_at("s") == "text");
    cr_expect(value.integer_at("i") == 7);
    cr_expect(value.bool_at("b") == true);
    cr_expect(not(value.string_at("i").has_value()));
    cr_expect(not(value.integer_at("s").has_value()));
    cr_expect(not(value.integer_at("d").has_value()));
    cr_expect(not(value.bool_at("i").has_value()));
    cr_expect(not(value.string_at("n").has_value()));
    cr_expect(not(value.string_at("absent").has_value()));
    cr_expect(Json("text").find("s") == nullptr);
    cr_expect(Json::array({"s"}).find("s") == nullptr);
}

Test(json, setting_adds_or_replaces) {
    Json value = Json::object({{"a", 1}});
    value.set("b", 2);
    value.set("a", "new");
    cr_expect(eq(value.print(), std::string(R"({"a":"new","b":2})")));
}

Test(json, an_integer_is_a_double_too_for_who_asks) {
    cr_expect(Json(3).is_number());
    cr_expect(eq(dbl, Json(3).as_double(), 3.0));
}

Test(json_print, is_safe_inside_html) {
    cr_expect(eq(Json("</script>&\xe2\x80\xa8\xe2\x80\xa9").print(),
                 std::string(R"("\u003c/script\u003e\u0026\u2028\u2029")")));
}

Test(json_print, escapes_controls_and_keeps_the_rest) {
    cr_expect(eq(Json(std::string("\"\\\b\f\n\r\t\x01\x7f\0'", 11)).print(),
                 std::string(R"("\"\\\b\f\n\r\t\u0001\u007f\u0000'")")));
    cr_expect(eq(Json("h\xc3\xa9 \xf0\x9f\x98\x80").print(), std::string("\"h\xc3\xa9 \xf0\x9f\x98\x80\"")));
}

Test(json_print, octets_that_are_no_utf8_become_the_replacement_character) {
    cr_expect(eq(Json("a\xff\xc3").print(), std::string(R"("a\ufffd\ufffd")")));
}

Test(json_print, numbers_come_back_as_what_they_were) {
    for (const double number : {0.1, 1.0, -0.5, 1e300, 5e-324, 123456789012345680.0}) {
        const auto again = Json::parse(Json(number).print());
        cr_expect(again.has_value() && *again == Json(number), "%s", Json(number).print().c_str());
    }
    cr_expect(eq(Json(std::numeric_limits<std::int64_t>::min()).print(), std::string("-9223372036854775808")));
    cr_expect(eq(Json(std::numeric_limits<double>::infinity()).print(), std::string("null")));
    cr_expect(eq(Json(std::numeric_limits<double>::quiet_NaN()).print(), std::string("null")));
}

Test(json_print, what_is_printed_is_read_back_equal) {
    const Json value = Json::object({{"a", Json::array({1, "x", nullptr, true, Json::object({{"\n<", ""}})})},
                                     {"", Json::array()},
                                     {"o", Json::object()}});
    for (const std::string& text : {value.print(), value.print_indented()}) {
        const auto again = Json::parse(text);
        cr_expect(again.has_value() && *again == value, "%s", text.c_str());
    }
}

Test(json_print, indents_by_two_for_people) {
    const Json value = Json::object({{"a", Json::array({1, 2})}, {"e", Json::array()}});
    cr_expect(eq(value.print_indented(), std::string("{\n  \"a\": [\n    1,\n    2\n  ],\n  \"e\": []\n}")));
}
