// JSON from providers and configuration (codec/json.h).
#include "codec/json.h"

#include <algorithm>

#include "codec/utf8.h"
#include "tests/fuzz/fuzz_target.h"

using namespace vestibule;
using fuzz::require;

namespace {

std::size_t depth(const Json& value) {
    std::size_t deepest = 0;
    if (value.is_array()) {
        for (const Json& item : value.as_array()) deepest = std::max(deepest, depth(item));
    } else if (value.is_object()) {
        for (const auto& [name, item] : value.as_object()) deepest = std::max(deepest, depth(item));
    } else {
        return 0;
    }
    return deepest + 1;
}

bool is_safe_in_html(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == '<' || c == '>' || c == '&' || c == 0x7f;
    });
}

void require_read_back(const Json& value, const std::string& text, const JsonLimits& limits) {
    const auto again = Json::parse(text, limits);
    require(again && *again == value, "what is printed is read back");
}

}  // namespace

FUZZ_TARGET(json, "tests/vectors/json_invalid", "tests/vectors/oauth") {
    const JsonLimits with_comments{.comments = JsonLimits::Comments::allow};
    const auto strict = Json::parse(input);
    const auto lenient = Json::parse(input, with_comments);
    require(!strict || (lenient && *lenient == *strict), "comments add texts, they change none");
    if (!lenient) return require(lenient.error().code == ErrorCode::bad_request, "one error");

    require(depth(*lenient) <= with_comments.max_depth, "as deep as allowed");
    const std::string printed = lenient->print();
    require(is_safe_in_html(printed) && is_valid_utf8(printed), "safe in HTML, UTF-8");
    require_read_back(*lenient, printed, {});
    require_read_back(*lenient, lenient->print_indented(), {});
    if (const auto flat = Json::parse(input, {.max_depth = 2})) require(depth(*flat) <= 2, "no deeper than two");
}
