// A provider's keys (crypto/jwk.h).
#include "crypto/jwk.h"

#include "tests/fuzz/fuzz_target.h"

using namespace vestibule;
using fuzz::require;

FUZZ_TARGET(jwk_set) {
    const auto set = Json::parse(input);
    if (!set) return;
    const auto keys = verification_keys(*set);
    if (!keys) return require(keys.error().code == ErrorCode::upstream_invalid, "one error");
    require(set->find("keys") != nullptr && set->find("keys")->is_array(), "a set has a list");
    require(keys->size() <= std::min<std::size_t>(100, set->find("keys")->as_array().size()), "no more than there are");
    for (const VerificationKey& key : *keys) {
        require(key.handle != nullptr, "a key that can be used");
        require(key.kid.value_or("").size() <= 256, "a short name");
    }
}
