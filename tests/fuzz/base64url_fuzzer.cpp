// base64url (codec/base64url.h).
#include "codec/base64url.h"

#include "tests/fuzz/fuzz_target.h"

using namespace vestibule;
using fuzz::require;

FUZZ_TARGET(base64url) {
    if (const auto octets = base64url_decode(input))
        require(base64url_encode(*octets) == input, "one text for one value");
    require(base64url_decode(base64url_encode(input)) == input, "what is encoded is read back");
    require(base64_encode(input).size() == (input.size() + 2) / 3 * 4, "padded");
    require(hex_encode(input).size() == input.size() * 2, "two digits an octet");
}
