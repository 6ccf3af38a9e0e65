// The lines of a key file, to be moved, added and taken away; whatever else stands there stays.
//
// Beside a key that seals no more stands since when, as a comment: `# until 2026-01-31T12:00:00Z sealed with: <id>`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"

namespace vestibule::admin {

class KeyLines {
public:
    struct Key {
        std::string id;
        std::optional<WallTime> sealed_until;  // absent: it seals, or nobody wrote down when it ceased to
    };

    // `internal` where it is no key file; never quotes it.
    static Result<KeyLines> read(const Secret& text);

    const std::vector<Key>& keys() const { return keys_; }  // in the file's order; the first seals
    const Key* find(const std::string& id) const;

    // `line` holds a new key and its line end.
    void put_first(const Secret& line, WallTime now);  // it seals; who did so until now is marked
    void put_last(const Secret& line);                 // it only opens, for now
    // REQUIRES: the key is there.
    void make_first(const std::string& id, WallTime now);
    void remove(const std::string& id);

    Secret text() const;

private:
    static std::string mark_of(const std::string& id) { return " sealed with: " + id; }
    std::size_t line_of(const std::string& id) const;
    void remove_mark(const std::string& id);
    void mark_first(WallTime now);
    void reread();

    std::vector<Secret> lines_;  // without line ends
    std::vector<Key> keys_;
};

}  // namespace vestibule::admin
