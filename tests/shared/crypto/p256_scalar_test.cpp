#include "crypto/p256_scalar.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdexcept>

#include "codec/base64url.h"
#include "tests/shared/crypto/jws_vectors.h"
#include "tests/support/text.h"

using namespace vestibule;

namespace {

// The order of P-256 (SP 800-186 §3.2.1.3).
constexpr std::string_view kOrder = "_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE";

std::string order() { return base64url_decode(kOrder).value(); }

Secret seed_of(const std::string& low_octets) {
    return Secret(std::string(kP256SeedOctets - low_octets.size(), '\0') + low_octets);
}

std::string number(unsigned char value) { return std::string(31, '\0') + static_cast<char>(value); }

std::string order_less(unsigned char value) {
    std::string octets = order();
    octets.back() = static_cast<char>(static_cast<unsigned char>(octets.back()) - value);
    return octets;
}

}  // namespace

// (c mod (n - 1)) + 1.
Test(p256_scalar, FIPS_186_5_A_2_1_every_seed_gives_a_scalar_from_one_to_the_order_less_one) {
    const struct {
        std::string seed, scalar;
    } rows[] = {
        {number(0), number(1)},     {number(1), number(2)}, {order_less(2), order_less(1)},  // n - 2 → n - 1
        {order_less(1), number(1)},                                                          // n - 1 → 1
        {order(), number(2)},
    };
    for (const auto& row : rows) cr_expect(p256_scalar(seed_of(row.seed)).reveal() == row.scalar);
    const Secret largest = p256_scalar(Secret(std::string(kP256SeedOctets, '\xff')));
    cr_expect(largest.size() == kP256ScalarOctets);
    cr_expect(p256_key(largest).has_value());
}

Test(p256_scalar, a_seed_of_another_size_is_a_mistake) {
    cr_expect(throw(std::invalid_argument, (void)p256_scalar(Secret(std::string(47, 'x')))));
    cr_expect(throw(std::invalid_argument, (void)p256_scalar(Secret(std::string(49, 'x')))));
}

Test(p256_scalar, RFC_7515_A_3_the_published_scalar_gives_the_published_key) {
    const auto key = p256_key(Secret(base64url_decode("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI").value()));
    cr_assert(key.has_value());
    const Json published = Json::parse(published::kEs256Key).value();
    for (const char* member : {"kty", "crv", "x", "y"}) {
        cr_expect(eq(str, text(key->public_jwk().string_at(member).value()), text(*published.string_at(member))));
    }
    cr_expect(key->algorithm() == JwsAlgorithm::ES256);
}

Test(p256_scalar, one_times_the_base_point_is_the_base_point) {
    const auto key = p256_key(Secret(number(1)));
    cr_assert(key.has_value());
    // SP 800-186 §3.2.1.3: G_x.
    cr_expect(eq(str, text(key->public_jwk().string_at("x").value()),
                 text(std::string("axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY"))));
}

Test(p256_scalar, what_is_none_gives_no_key) {
    for (const std::string& octets :
         {std::string(), number(0), order(), std::string(32, '\xff'), std::string(31, 'x'), std::string(33, 'x')}) {
        cr_expect(not(p256_key(Secret(octets)).has_value()), "%zu", octets.size());
    }
    cr_expect(p256_key(Secret(order_less(1))).has_value());
}
