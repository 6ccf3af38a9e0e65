// Key files (crypto/key_ring.h).
#include "crypto/key_ring.h"

#include "codec/base64url.h"
#include "tests/fuzz/fuzz_target.h"

using namespace vestibule;
using fuzz::require;

FUZZ_TARGET(key_ring) {
    const auto ring = KeyRing::parse(Secret(std::string(input)));
    if (!ring) {
        for (const char c : ring.error().detail) require(c >= 0x20 && c < 0x7f, "a reason that quotes nothing");
        return;
    }
    require(!ring->keys().empty() && ring->sealing().id == ring->keys().front().id, "the first one seals");
    std::string text;
    for (const KeyRing::Key& key : ring->keys()) {
        require(key.octets.size() == 32 && !key.id.empty() && key.id.size() <= 16, "a key's sizes");
        require(ring->find(key.id) == &key, "every id once");
        text += key.id + ':' + base64url_encode(key.octets.reveal()) + '\n';
    }
    const auto again = KeyRing::parse(Secret(text));
    require(again && again->keys().size() == ring->keys().size(), "what is written is read back");
}
