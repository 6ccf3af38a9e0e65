// The server's keys: the first seals, all of them open (DESIGN §2 "At rest", checklist X05).
//
// A key file has one key a line, `id:base64url(32 octets)`, newest first; empty lines and lines that begin with '#' are
// skipped. An id is 1–16 characters of [A-Za-z0-9_-].
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"

namespace vestibule {

class KeyRing {
public:
    struct Key {
        std::string id;
        Secret octets;  // 32
    };

    // internal, with every faulty line named (never quoted), for: no key, a bad line, an id twice, a key of another
    // size, an all-zero key.
    static Result<KeyRing> parse(const Secret& text);

    const Key& sealing() const { return keys_.front(); }
    const Key* find(std::string_view id) const;  // nullptr: unknown
    const std::vector<Key>& keys() const { return keys_; }

private:
    explicit KeyRing(std::vector<Key> keys) : keys_(std::move(keys)) {}
    std::vector<Key> keys_;
};

// A new line for a key file, without the line end.
std::string new_key_line(Random& random, std::string_view id);

}  // namespace vestibule
