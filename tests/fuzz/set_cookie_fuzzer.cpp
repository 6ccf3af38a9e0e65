// Set-Cookie (http/set_cookie.h): whatever it is given, the header has our attributes and no others.
#include "http/set_cookie.h"

#include <algorithm>
#include <stdexcept>

#include "http/message.h"
#include "tests/fuzz/fuzz_target.h"

using namespace vestibule;
using fuzz::Pieces;
using fuzz::require;

namespace {

void check(std::string_view header, std::string_view name) {
    require(is_valid_field_value(header) && header.find('\t') == header.npos, "one line");
    require(header.find(',') == header.npos || header.find("Expires=Thu, 01") != header.npos, "one cookie");
    Pieces parts(header, ';');
    require(parts.next().starts_with(std::string(name) + '='), "the cookie itself first");
    std::size_t fixed = 0;
    while (!parts.empty()) {
        const std::string_view attribute = parts.next();
        fixed += attribute == " Path=/" || attribute == " Secure" || attribute == " HttpOnly" ||
                 attribute.starts_with(" SameSite=");
        require(!attribute.starts_with(" Domain"), "no Domain");
    }
    require(fixed == 4, "each of ours once");
}

}  // namespace

// The name, a line end, the value.
FUZZ_TARGET(set_cookie) {
    Pieces pieces(input);
    const std::string name(pieces.next());
    const std::string value(pieces.rest());
    const Seconds max_age{static_cast<std::int64_t>(value.size()) * 100'000};
    try {
        check(SetCookie{name, value, SameSite::lax, max_age}.header_value(), name);
        check(deletion_of(name, SameSite::strict), name);
    } catch (const std::invalid_argument&) {
    }
}
