// Lengths of time and of octets as people write them (codec/duration.h, config/byte_size.h).
#include "codec/duration.h"
#include "config/byte_size.h"
#include "tests/fuzz/fuzz_target.h"

using namespace vestibule;
using fuzz::require;

FUZZ_TARGET(lengths) {
    if (const auto duration = parse_duration(input)) {
        require(duration->count() >= 0 && *duration <= std::chrono::days{400}, "no more than 400 days");
        require(parse_duration(print_duration(*duration)) == duration, "what is printed is read back");
    }
    if (const auto size = parse_byte_size(input)) {
        require(*size <= std::uint64_t{1} << 50, "no more than a pebibyte");
        require(parse_byte_size(print_byte_size(*size)) == size, "what is printed is read back");
    }
}
