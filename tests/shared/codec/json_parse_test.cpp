#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "codec/json.h"

using namespace vestibule;

namespace {

std::string content_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

Json parsed(std::string_view text) {
    auto value = Json::parse(text);
    cr_expect(value.has_value(), "%s: %s", std::string(text).c_str(), value ? "" : value.error().detail.c_str());
    return value.value_or(Json("not parsed"));
}

bool is_refused(std::string_view text, const JsonLimits& limits = {}) {
    const auto value = Json::parse(text, limits);
    return !value && value.error().code == ErrorCode::bad_request;
}

std::string detail_of(std::string_view text) {
    const auto value = Json::parse(text);
    return value ? "" : value.error().detail;
}

std::string nested(std::size_t depth, std::string_view open, std::string_view close) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += open;
    text += "1";
    for (std::size_t i = 0; i < depth; ++i) text += close;
    return text;
}

}  // namespace

Test(json_parse, i02_refuses_every_file_of_the_attack_collection) {
    int seen = 0;
    for (const auto& entry : std::filesystem::directory_iterator("tests/vectors/json_invalid")) {
        const auto value = Json::parse(content_of(entry.path()));
        cr_expect(not(value.has_value()), "%s", entry.path().c_str());
        ++seen;
    }
    cr_assert(ge(int, seen, 45), "the collection is gone");
}

Test(json_parse, keeps_members_in_order_and_values_in_their_type) {
    const Json value = parsed(R"( {"b":1,"a":[true,false,null,-2,1.5,"x"],"o":{}} )");
    cr_assert(eq(sz, value.as_object().size(), 3u));
    cr_expect(eq(std::string(value.as_object()[0].first), std::string("b")));
    const auto& items = value.find("a")->as_array();
    cr_expect(items[0].as_bool());
    cr_expect(not(items[1].as_bool()));
    cr_expect(items[2].is_null());
    cr_expect(eq(i64, items[3].as_integer(), -2));
    cr_expect(eq(dbl, items[4].as_double(), 1.5));
    cr_expect(eq(std::string(items[5].as_string()), std::string("x")));
    cr_expect(value.find("o")->is_object());
}

Test(json_parse, takes_any_value_at_the_top) {
    cr_expect(parsed("null").is_null());
    cr_expect(parsed("\"x\"").is_string());
    cr_expect(parsed("0").is_integer());
    cr_expect(parsed("[]").is_array());
}

// Checklist I34: NumericDate may be fractional; no locale, no overflow.
Test(json_parse, i34_numbers_are_integers_while_they_fit_and_doubles_beyond) {
    cr_expect(eq(i64, parsed("9223372036854775807").as_integer(), INT64_MAX));
    cr_expect(eq(i64, parsed("-9223372036854775808").as_integer(), INT64_MIN));
    cr_expect(not(parsed("9223372036854775808").is_integer()));
    cr_expect(not(parsed("-9223372036854775809").is_integer()));
    cr_expect(not(parsed("18446744073709551616").is_integer()));
    cr_expect(eq(dbl, parsed("18446744073709551615").as_double(), 18446744073709551615.0));
    cr_expect(eq(dbl, parsed("1700000000.5").as_double(), 1700000000.5));
    cr_expect(eq(dbl, parsed("1e300").as_double(), 1e300));
    cr_expect(eq(dbl, parsed("1e-999999999999").as_double(), 0.0));
    cr_expect(eq(dbl, parsed("0e300").as_double(), 0.0));  // undefined behaviour in RapidJSON 1.1's own conversion
    cr_expect(eq(dbl, parsed("-0.0e-400").as_double(), 0.0));
    cr_expect(is_refused("1e999999999999"));
    cr_expect(is_refused("1" + std::string(400, '0') + "e-1"));
    for (const char* malformed : {"01", "+1", "1.", ".5", "1e", "1e+", "0x1", "- 1", "1_0", "Infinity", "NaN", "-"}) {
        cr_expect(is_refused(malformed), "%s", malformed);
    }
    cr_expect(eq(i64, parsed("4294967295").as_integer(), 4294967295));
}

// Checklist I33: an escape and the character it stands for are the same text.
Test(json_parse, i33_unescapes_before_anyone_compares) {
    cr_expect(eq(std::string(parsed(R"("\u0061\n\/\"\\")").as_string()), std::string("a\n/\"\\")));
    cr_expect(eq(std::string(parsed(R"("\ud83d\ude00")").as_string()), std::string("\xf0\x9f\x98\x80")));
    cr_expect(eq(std::string(parsed(R"("x\u0000y")").as_string()), std::string("x\0y", 3)));
    cr_expect(parsed(R"("\u00e9")") != parsed(R"("e\u0301")"));
}

Test(json_parse, i02_depth_is_limited_and_a_bomb_of_any_depth_is_harmless) {
    cr_expect(not(is_refused(nested(32, "[", "]"))));
    cr_expect(is_refused(nested(33, "[", "]")));
    cr_expect(not(is_refused(nested(32, R"({"a":)", "}"))));
    cr_expect(is_refused(nested(33, R"({"a":)", "}")));
    cr_expect(is_refused(std::string(1'000'000, '[')));
    const JsonLimits generous{8 * 1024 * 1024, 1000, JsonLimits::Comments::refuse};
    cr_expect(not(is_refused(nested(1000, "[", "]"), generous)));
}

Test(json_parse, size_is_limited) {
    cr_expect(not(is_refused("[1,2]", {5, 32, JsonLimits::Comments::refuse})));
    cr_expect(is_refused("[1,22]", {5, 32, JsonLimits::Comments::refuse}));
}

Test(json_parse, a_hundred_thousand_members_take_no_more_than_a_moment) {
    std::string text = "{";
    for (int i = 0; i < 100'000; ++i) text += '"' + std::to_string(i) + "\":0,";
    const JsonLimits generous{8 * 1024 * 1024, 32, JsonLimits::Comments::refuse};
    cr_expect(not(is_refused(text + "\"x\":0}", generous)));
    cr_expect(is_refused(text + "\"99999\":0}", generous));
}

Test(json_parse, comments_are_for_those_who_allow_them) {
    const std::string text = "// first\n{\"a\": /* here */ 1} // last";
    cr_expect(is_refused(text));
    const JsonLimits with_comments{1024, 32, JsonLimits::Comments::allow};
    cr_expect(not(is_refused(text, with_comments)));
    cr_expect(is_refused("{} /* open", with_comments));
    cr_expect(is_refused("{} // \xff\n", with_comments));
    cr_expect(is_refused("{/* */,}", with_comments));
}

Test(json_parse, says_where_but_never_quotes) {
    const std::string syntax = detail_of("{\n\"secret-name\": secret-value}");
    cr_expect(syntax.find("line 2") != std::string::npos, "%s", syntax.c_str());
    cr_expect(syntax.find("secret") == std::string::npos, "%s", syntax.c_str());
    const std::string duplicate = detail_of(R"({"secret":1,"secret":2})");
    cr_expect(duplicate.find("two members of one name") != std::string::npos, "%s", duplicate.c_str());
    cr_expect(duplicate.find("secret") == std::string::npos, "%s", duplicate.c_str());
}

Test(json_parse, every_truncation_of_a_document_is_refused) {
    const std::string text = R"({"a":[1,"b",{"c":true}],"d":"\u00e9"})";
    for (std::size_t size = 0; size < text.size(); ++size) {
        cr_expect(is_refused(text.substr(0, size)), "%zu octets", size);
    }
}
