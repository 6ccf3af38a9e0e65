// The server's keys: the first seals, all of them open (DESIGN §2 "At rest", checklist X05).
//
// A key file has one key a line, `id:base64url(32 octets)`, newest first; empty lines and lines that begin with '#' are
// skipped. An id is 1–16 characters of [A-Za-z0-9_-].
//
// A ring may follow its file, so that keys are rotated under running processes. A new first key opens at once and seals
// after ten seconds: by then every process of the host has looked, and none meets a value, or an index of a row, under
// a key it does not know. A ring that can no longer be read is no reason to lose the one there is.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"

namespace vestibule {

// What a ring was read from, to be looked at again.
class KeySource {
public:
    virtual ~KeySource() = default;
    // The text, where it may have changed since it was last given. Called by one thread at a time.
    virtual std::optional<Secret> newer() = 0;
    virtual void adopted(std::string_view sealing_id) = 0;  // it is the ring from now on
    virtual void refused(std::string_view problem) = 0;     // it is no ring; the one before stays
};

// Thread-safe. Copies share what they follow. Whatever it hands out stays valid as long as the ring does, also when the
// keys change meanwhile: every set of keys there was is kept, and there are few.
class KeyRing {
public:
    struct Key {
        std::string id;
        Secret octets;  // 32
    };

    // internal, with every faulty line named (never quoted), for: no key, a bad line, an id twice, a key of another
    // size, an all-zero key.
    static Result<KeyRing> parse(const Secret& text);

    // Looks at the source when it is used, at most once a second, and once more for an unknown id. REQUIRES: before any
    // other thread uses the ring; `clock` outlives it.
    void follow(std::unique_ptr<KeySource> source, const Clock& clock);

    const Key& sealing() const;
    const Key* find(std::string_view id) const;  // nullptr: unknown
    const std::vector<Key>& keys() const;

private:
    class Followed;
    explicit KeyRing(std::vector<Key> keys);
    std::shared_ptr<Followed> followed_;
};

// A new line for a key file, without the line end.
std::string new_key_line(Random& random, std::string_view id);

}  // namespace vestibule
