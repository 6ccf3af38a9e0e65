// What sessions are found by besides the cookie: keyed hashes of (issuer, sid), of (issuer, sub) and of the browser's
// login cookie, so that a stolen store neither says whose sessions it holds nor holds what a browser shows (checklist
// G08, C40, B15).
#pragma once

#include <string_view>
#include <vector>

#include "crypto/key_ring.h"
#include "session/login_flow.h"
#include "session/store.h"

namespace vestibule {

// Under the key that seals now: for a new row.
IndexKey sid_index_key(const KeyRing& keys, std::string_view issuer, std::string_view sid);
IndexKey sub_index_key(const KeyRing& keys, std::string_view issuer, std::string_view sub);
IndexKey browser_index_key(const KeyRing& keys, const BrowserBinding& browser);
// Under every key of the ring, for finding rows made before a rotation.
std::vector<IndexKey> sid_index_keys(const KeyRing& keys, std::string_view issuer, std::string_view sid);
std::vector<IndexKey> sub_index_keys(const KeyRing& keys, std::string_view issuer, std::string_view sub);
std::vector<IndexKey> browser_index_keys(const KeyRing& keys, const BrowserBinding& browser);

}  // namespace vestibule
