// Paths and queries that are forwarded byte for byte (policy/target_path.h): every reader sees the same segments.
#include "policy/target_path.h"

#include <algorithm>

#include "codec/percent.h"
#include "tests/fuzz/fuzz_target.h"

using namespace vestibule;
using fuzz::Pieces;
using fuzz::require;

namespace {

bool is_visible(char c) { return c > 0x20 && c < 0x7f; }

// What a server sees that splits at both slashes and drops ";parameters".
void require_plain_segments(std::string_view path) {
    std::string slashes(path);
    std::replace(slashes.begin(), slashes.end(), '\\', '/');
    Pieces segments(std::string_view(slashes).substr(1), '/');
    while (!segments.empty()) {
        const std::string_view segment = segments.next();
        const std::string_view name = segment.substr(0, segment.find(';'));
        require(name != "." && name != "..", "no dot segment, however often it is decoded");
    }
}

void check_readings(std::string_view path, EncodedSlashes encoded_slashes) {
    std::string reading(path);
    for (int level = 0; level < 4; ++level) {
        require_plain_segments(reading);
        for (const char c : reading)
            require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f && c != '\\', "no control");
        if (encoded_slashes == EncodedSlashes::refuse) {
            require(std::count(reading.begin(), reading.end(), '/') == std::count(path.begin(), path.end(), '/'),
                    "no slash appears");
            require(reading.find("//") == reading.npos, "no empty segment");
        }
        const auto next = percent_decode(reading);
        if (!next) return;
        reading = *next;
    }
}

}  // namespace

FUZZ_TARGET(target_path) {
    const std::string_view path = input.substr(0, input.find('?'));
    const bool strict = check_target_path(path, EncodedSlashes::refuse).has_value();
    const bool lenient = check_target_path(path, EncodedSlashes::allow).has_value();
    require(!strict || lenient, "what is strict is also lenient");
    if (lenient) {
        require(path.starts_with('/') && std::all_of(path.begin(), path.end(), is_visible), "a plain path");
        check_readings(path, strict ? EncodedSlashes::refuse : EncodedSlashes::allow);
    }
    const std::string_view query = input.substr(std::min(path.size() + 1, input.size()));
    if (check_target_query(query)) {
        require(std::all_of(query.begin(), query.end(), is_visible) && query.find('#') == query.npos, "a plain query");
    }
}
