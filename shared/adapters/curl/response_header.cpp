#include "adapters/curl/response_header.h"

#include <algorithm>
#include <charconv>

namespace vestibule {
namespace {

tl::unexpected<Error> invalid(std::string_view why) {
    return failure(ErrorCode::upstream_invalid, "the upstream's header: " + std::string(why));
}

std::string_view without_line_end(std::string_view line) {
    if (line.ends_with('\n')) line.remove_suffix(1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool is_number(std::string_view text) {
    return !text.empty() && text.size() <= 19 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

Result<void> ResponseHeader::add_line(std::string_view line) {
    octets_ += line.size();
    if (octets_ > max_octets_) return invalid("over the limit");
    if (complete_) return {};  // a trailer
    const std::string_view text = without_line_end(line);
    if (text.empty()) return finish();
    if (status_ == 0 || text.starts_with("HTTP/")) return begin(text);
    return add_field(text);
}

// "HTTP/1.1 200 OK" (RFC 9112 §4). libcurl accepts more than this.
Result<void> ResponseHeader::begin(std::string_view line) {
    if (!line.starts_with("HTTP/1.") || line.size() < 12 || line[8] != ' ') return invalid("no status line");
    const std::string_view digits = line.substr(9, 3);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + 3, status_);
    if (error != std::errc{} || end != digits.data() + 3 || status_ < 100 || status_ > 599)
        return invalid("no status code");
    if (line.size() > 12 && line[12] != ' ') return invalid("a status code of more than three digits");
    if (status_ == 101) return invalid("a switch of protocols nobody asked for");
    fields_ = {};
    return {};
}

Result<void> ResponseHeader::add_field(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return invalid("a line without a colon");
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trimmed(line.substr(colon + 1));
    // A folded line begins with a blank, which is in no name (RFC 9112 §5.2).
    if (!is_valid_field_name(name) || !is_valid_field_value(value)) return invalid("a malformed field");
    fields_.add(name, value);
    return {};
}

// RFC 9112 §6.3: what frames the body must not be in doubt.
Result<void> ResponseHeader::finish() {
    if (status_ < 200) {
        status_ = 0;
        return {};
    }
    const auto lengths = fields_.all("Content-Length");
    const auto codings = fields_.all("Transfer-Encoding");
    for (const std::string_view length : lengths) {
        if (!is_number(length) || length != lengths.front()) return invalid("Content-Length");
    }
    if (codings.size() > 1 || (codings.size() == 1 && !equal_ignoring_case(codings.front(), "chunked")))
        return invalid("Transfer-Encoding");
    if (!lengths.empty() && !codings.empty()) return invalid("both Content-Length and Transfer-Encoding");
    complete_ = true;
    return {};
}

}  // namespace vestibule
