// Sealed values (crypto/seal.h): nothing opens but what was sealed, for the same purpose and place.
#include "crypto/seal.h"

#include "tests/fuzz/fuzz_target.h"
#include "tests/support/fixed_random.h"

using namespace vestibule;
using fuzz::require;

namespace {

constexpr SealBinding kBinding{"session/access_token", "row 1", "the cookie's secret"};

const KeyRing& keys() {
    static const KeyRing ring = KeyRing::parse(Secret("k2:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8\n"
                                                      "k1:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA\n"))
                                    .value();
    return ring;
}

const std::string& genuine() {
    static const std::string sealed = [] {
        FixedRandom random;
        return seal(keys(), random, kBinding, Secret("an access token"));
    }();
    return sealed;
}

// The genuine value with the input laid over it, so that the first octets keep their meaning.
std::string altered(std::string_view input) {
    std::string sealed = genuine();
    if (input.size() > sealed.size()) sealed.resize(input.size());
    for (std::size_t i = 0; i < input.size(); ++i) sealed[i] = static_cast<char>(sealed[i] ^ input[i]);
    return sealed;
}

void check(std::string_view sealed) {
    const auto opened = open_sealed(keys(), kBinding, sealed);
    require(opened.has_value() == (sealed == genuine()), "only what was sealed opens");
    require(!opened || opened->reveal() == "an access token", "and gives what was put in");
    for (const SealBinding& other : {SealBinding{"session/claims", "row 1", "the cookie's secret"},
                                     SealBinding{"session/access_token", "row 2", "the cookie's secret"},
                                     SealBinding{"session/access_token", "row 1", "another secret"}})
        require(!open_sealed(keys(), other, sealed), "nowhere else");
    const auto id = sealing_key_id(sealed);
    require(!opened || id == "k2", "by the key it names");
}

}  // namespace

FUZZ_TARGET(seal) {
    check(input);
    check(altered(input));
}
