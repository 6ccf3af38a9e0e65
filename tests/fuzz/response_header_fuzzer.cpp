// The header of an upstream's answer, line by line (adapters/curl/response_header.h).
#include "adapters/curl/response_header.h"

#include <set>

#include "tests/fuzz/fuzz_target.h"

using namespace vestibule;
using fuzz::require;

namespace {

constexpr std::size_t kMaxOctets = 2048;

void check(const ResponseHeader& header) {
    require(header.status_seen() && header.status() >= 200 && header.status() <= 599, "a final status");
    const auto lengths = header.fields().all("Content-Length");
    require(std::set(lengths.begin(), lengths.end()).size() <= 1, "one length");
    require(lengths.empty() || header.fields().all("Transfer-Encoding").empty(), "one kind of framing");
    for (const std::string_view length : lengths)
        require(!length.empty() && length.find_first_not_of("0123456789") == length.npos, "a number");
    for (const auto& [name, value] : header.fields())
        require(is_valid_field_name(name) && is_valid_field_value(value), "no control in a field");
}

}  // namespace

FUZZ_TARGET(response_header) {
    ResponseHeader header(kMaxOctets);
    std::size_t octets = 0;
    for (std::string_view rest = input; !rest.empty();) {
        const std::string_view line = rest.substr(0, std::min(rest.find('\n'), rest.size() - 1) + 1);
        rest.remove_prefix(line.size());
        octets += line.size();
        const auto added = header.add_line(line);
        if (!added) return require(added.error().code == ErrorCode::upstream_invalid, "one error");
        require(octets <= kMaxOctets, "within the limit");
        if (header.complete()) check(header);
    }
}
