#include "session/index_keys.h"

#include <cstdint>
#include <string>

#include "crypto/hash.h"

namespace vestibule {
namespace {

constexpr std::string_view kAnyIssuer = "";  // a browser has one session, whoever vouched for it

// Each part with its length before it, so that no boundary can be shifted.
std::string length_prefixed(std::string_view part) { return std::to_string(part.size()) + ':' + std::string(part); }

IndexKey index_key(const KeyRing::Key& key, std::string_view kind, std::string_view issuer, std::string_view value) {
    const std::string hmac_key = hkdf_sha256(key.octets.reveal(), "", "vestibule index", 32);
    return {hmac_sha256(hmac_key, length_prefixed(kind) + length_prefixed(issuer) + length_prefixed(value))};
}

std::vector<IndexKey> under_every_key(const KeyRing& keys, std::string_view kind, std::string_view issuer,
                                      std::string_view value) {
    std::vector<IndexKey> all;
    for (const KeyRing::Key& key : keys.keys()) all.push_back(index_key(key, kind, issuer, value));
    return all;
}

}  // namespace

IndexKey sid_index_key(const KeyRing& keys, std::string_view issuer, std::string_view sid) {
    return index_key(keys.sealing(), "sid", issuer, sid);
}

IndexKey sub_index_key(const KeyRing& keys, std::string_view issuer, std::string_view sub) {
    return index_key(keys.sealing(), "sub", issuer, sub);
}

IndexKey browser_index_key(const KeyRing& keys, const BrowserBinding& browser) {
    return index_key(keys.sealing(), "browser", kAnyIssuer, browser.octets().reveal());
}

std::vector<IndexKey> sid_index_keys(const KeyRing& keys, std::string_view issuer, std::string_view sid) {
    return under_every_key(keys, "sid", issuer, sid);
}

std::vector<IndexKey> sub_index_keys(const KeyRing& keys, std::string_view issuer, std::string_view sub) {
    return under_every_key(keys, "sub", issuer, sub);
}

std::vector<IndexKey> browser_index_keys(const KeyRing& keys, const BrowserBinding& browser) {
    return under_every_key(keys, "browser", kAnyIssuer, browser.octets().reveal());
}

}  // namespace vestibule
