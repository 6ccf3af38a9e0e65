// Percent-encoding (codec/percent.h).
#include "codec/percent.h"

#include "tests/fuzz/fuzz_target.h"

using namespace vestibule;
using fuzz::require;

FUZZ_TARGET(percent) {
    const std::string encoded = percent_encode(input);
    require(encoded.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%") ==
                encoded.npos,
            "only the unreserved and escapes");
    require(percent_decode(encoded) == input, "what is encoded is read back");

    const auto decoded = percent_decode(input);
    const bool has_escape = input.find('%') != input.npos;
    require(has_escape || decoded == input, "nothing is decoded but escapes");
    if (decoded) require(percent_decode(percent_encode(*decoded)) == decoded, "read back again");
}
