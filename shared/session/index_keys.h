// What sessions are found by besides the cookie: keyed hashes of (issuer, sid) and (issuer, sub), so that a stolen
// store does not say whose sessions it holds (checklist G08, C40, B15).
#pragma once

#include <string_view>
#include <vector>

#include "crypto/key_ring.h"
#include "session/store.h"

namespace vestibule {

// Under the key that seals now: for a new row.
IndexKey sid_index_key(const KeyRing& keys, std::string_view issuer, std::string_view sid);
IndexKey sub_index_key(const KeyRing& keys, std::string_view issuer, std::string_view sub);
// Under every key of the ring, for finding rows made before a rotation.
std::vector<IndexKey> sid_index_keys(const KeyRing& keys, std::string_view issuer, std::string_view sid);
std::vector<IndexKey> sub_index_keys(const KeyRing& keys, std::string_view issuer, std::string_view sub);

}  // namespace vestibule
