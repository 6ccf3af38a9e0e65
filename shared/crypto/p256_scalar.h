// Private keys on P-256 as what they are at heart, a number below the group's order: made from other secrets, so that
// nobody has to keep them, and small enough to be sealed beside a token.
#pragma once

#include "base/result.h"
#include "base/secret.h"
#include "crypto/signing_key.h"

namespace vestibule {

inline constexpr std::size_t kP256SeedOctets = 48;    // 128 bits more than the order has: no bias to speak of
inline constexpr std::size_t kP256ScalarOctets = 32;  // big-endian

// (seed mod (n - 1)) + 1 (FIPS 186-5 appendix A.2.1 "extra random bits", with a seed that is derived and not drawn).
// REQUIRES: kP256SeedOctets octets nobody can guess (std::invalid_argument).
Secret p256_scalar(const Secret& seed);

// The ES256 key of a scalar. internal where it is none: another size, zero, or not below the order.
Result<PrivateSigningKey> p256_key(const Secret& scalar);

}  // namespace vestibule
