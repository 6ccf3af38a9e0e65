// The curves of ECDSA (RFC 7518 §3.4, §6.2.1.1).
#pragma once

#include <array>
#include <cstddef>

#include "crypto/jwk.h"

namespace vestibule {

struct Curve {
    KeyType type;
    const char* name;  // the same in RFC 7518 §6.2.1.1 and in OpenSSL
    std::size_t coordinate_size;
};
inline constexpr std::array<Curve, 3> kCurves{{
    {KeyType::ec_p256, "P-256", 32},
    {KeyType::ec_p384, "P-384", 48},
    {KeyType::ec_p521, "P-521", 66},
}};

// nullptr: no curve of ours.
constexpr const Curve* curve_of(KeyType type) {
    for (const Curve& curve : kCurves) {
        if (curve.type == type) return &curve;
    }
    return nullptr;
}

}  // namespace vestibule
