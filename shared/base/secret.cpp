#include "base/secret.h"

#include <cstring>
#include <utility>

namespace vestibule {

void wipe(std::string& octets) {
    octets.resize(octets.capacity());
    explicit_bzero(octets.data(), octets.size());
    octets.clear();
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
    }
    return difference == 0;
}

Secret::Secret(std::string octets) : octets_(octets) { wipe(octets); }

// A short string lives inside the object and a move leaves it behind: wipe the source.
Secret::Secret(Secret&& other) noexcept : octets_(std::move(other.octets_)) { wipe(other.octets_); }

Secret& Secret::operator=(const Secret& other) {
    if (this != &other) {
        wipe(octets_);
        octets_ = other.octets_;
    }
    return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        wipe(octets_);
        octets_ = std::move(other.octets_);
        wipe(other.octets_);
    }
    return *this;
}

Secret::~Secret() { wipe(octets_); }

}  // namespace vestibule
