// Authenticated encryption of one value: AES-256-GCM (NIST SP 800-38D) under a key of its own.
//
// A sealed value is  version 0x01 | key-id length | key id | 96-bit random nonce | ciphertext | 128-bit tag.
// The AES key is HKDF-SHA256(ring key | extra, salt = context, info = purpose); version, key id, purpose and context
// are authenticated, each with its length before it, so that no field can be shifted into another (checklist X02–X05).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/secret.h"
#include "crypto/key_ring.h"

namespace vestibule {

struct SealBinding {
    std::string_view purpose;     // what it is: "session/access_token"
    std::string_view context;     // where it belongs: the row's key, the browser's binding
    std::string_view extra = {};  // key material that is not on the server: the cookie's secret
};

// `plain` up to 8 MiB: a megabyte of tokens, all of it escaped, and then some.
std::string seal(const KeyRing& keys, Random& random, const SealBinding& binding, const Secret& plain);
// Nothing where any octet, the key, the purpose or the context differs. One answer for every cause (checklist I37).
std::optional<Secret> open_sealed(const KeyRing& keys, const SealBinding& binding, std::string_view sealed);
// The id of the key a sealed value names; nothing where it is malformed. Unauthenticated: for lookup only.
std::optional<std::string> sealing_key_id(std::string_view sealed);

}  // namespace vestibule
