// Octets that must not be seen: tokens, keys, codes, client secrets, cookie values.
//
// A Secret has no operator<< and no conversion; whoever needs the octets calls reveal() and a reader can search for
// that word. The memory is wiped when the value dies or is moved from (checklist X13).
#pragma once

#include <string>
#include <string_view>

namespace vestibule {

class Secret {
public:
    Secret() = default;
    explicit Secret(std::string octets);
    Secret(const Secret& other) = default;
    Secret(Secret&& other) noexcept;
    Secret& operator=(const Secret& other);
    Secret& operator=(Secret&& other) noexcept;
    ~Secret();

    const std::string& reveal() const { return octets_; }
    bool empty() const { return octets_.empty(); }
    std::size_t size() const { return octets_.size(); }

private:
    std::string octets_;
};

// Overwrites the octets so that the compiler cannot leave it out, and empties the string.
void wipe(std::string& octets);

// Equal or not, in a time that depends on the lengths only (checklist X14).
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace vestibule
