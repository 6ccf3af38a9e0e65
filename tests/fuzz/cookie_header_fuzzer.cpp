// The Cookie request header (codec/cookie_header.h).
#include "codec/cookie_header.h"

#include <functional>

#include "tests/fuzz/fuzz_target.h"

using namespace vestibule;
using fuzz::require;

namespace {

bool lies_within(std::string_view part, std::string_view whole) {
    const std::less_equal<const char*> before;
    return before(whole.data(), part.data()) && before(part.data() + part.size(), whole.data() + whole.size());
}

bool is_bare(std::string_view text) {
    constexpr std::string_view kBlank = " \t";
    return text.find_first_of(";,") == text.npos &&
           (text.empty() || (kBlank.find(text.front()) == kBlank.npos && kBlank.find(text.back()) == kBlank.npos));
}

}  // namespace

FUZZ_TARGET(cookie_header) {
    const auto pairs = parse_cookie_header(input);
    require(pairs.size() <= 100, "at most 100");
    for (const auto& [name, value] : pairs) {
        require(name.empty() || lies_within(name, input), "a name is a part of the header");
        require(value.empty() || lies_within(value, input), "a value is a part of the header");
        require(is_bare(name) && is_bare(value) && name.find('=') == name.npos, "nothing of the syntax is left");
    }
}
