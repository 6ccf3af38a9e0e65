#include "crypto/p256_scalar.h"

#include <openssl/ec.h>

#include "codec/base64url.h"
#include "crypto/openssl.h"

namespace vestibule {
namespace {

using namespace openssl;
using Group = std::unique_ptr<EC_GROUP, Freed<EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, Freed<EC_POINT_free>>;
using Scratch = std::unique_ptr<BN_CTX, Freed<BN_CTX_free>>;

constexpr std::size_t kCoordinate = 32;

Group p256() {
    Group group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
    require(group != nullptr, "P-256");
    return group;
}

Number secret_number(const Secret& octets) {
    Number number(BN_bin2bn(bytes(octets.reveal()), static_cast<int>(octets.size()), nullptr));
    require(number != nullptr, "number");
    BN_set_flags(number.get(), BN_FLG_CONSTTIME);
    return number;
}

// x ‖ y of scalar · G.
std::string public_point(const EC_GROUP* group, const BIGNUM* scalar) {
    const Point point(EC_POINT_new(group));
    std::string octets(1 + 2 * kCoordinate, '\0');
    require(point && EC_POINT_mul(group, point.get(), scalar, nullptr, nullptr, nullptr) == 1 &&
                EC_POINT_point2oct(group, point.get(), POINT_CONVERSION_UNCOMPRESSED, bytes(octets), octets.size(),
                                   nullptr) == octets.size(),
            "P-256 point");
    return octets.substr(1);
}

bool is_scalar(const BIGNUM* number, const EC_GROUP* group) {
    return !BN_is_zero(number) && BN_cmp(number, EC_GROUP_get0_order(group)) < 0;
}

Json private_jwk(const Secret& scalar, const std::string& point) {
    return Json::object({{"kty", "EC"},
                         {"crv", "P-256"},
                         {"x", base64url_encode(point.substr(0, kCoordinate))},
                         {"y", base64url_encode(point.substr(kCoordinate))},
                         {"d", base64url_encode(scalar.reveal())},
                         {"kid", "P-256"}});  // one is asked for, and nobody will see it
}

}  // namespace

Secret p256_scalar(const Secret& seed) {
    if (seed.size() != kP256SeedOctets) throw std::invalid_argument("a P-256 seed has 48 octets");
    const CleanErrorQueue clean;
    const Group group = p256();
    const Scratch scratch(BN_CTX_secure_new());
    const Number number = secret_number(seed);
    const Number order_less_one(BN_dup(EC_GROUP_get0_order(group.get())));
    const Number scalar(BN_secure_new());
    require(scratch && order_less_one && scalar && BN_sub_word(order_less_one.get(), 1) == 1 &&
                BN_nnmod(scalar.get(), number.get(), order_less_one.get(), scratch.get()) == 1 &&
                BN_add_word(scalar.get(), 1) == 1,
            "P-256 scalar");
    std::string octets(kP256ScalarOctets, '\0');
    require(BN_bn2binpad(scalar.get(), bytes(octets), static_cast<int>(octets.size())) >= 0, "P-256 scalar");
    return Secret(std::move(octets));
}

Result<PrivateSigningKey> p256_key(const Secret& scalar) {
    const CleanErrorQueue clean;
    const Group group = p256();
    if (scalar.size() != kP256ScalarOctets) return failure(ErrorCode::internal, "a P-256 scalar has 32 octets");
    const Number number = secret_number(scalar);
    if (!is_scalar(number.get(), group.get())) return failure(ErrorCode::internal, "is no P-256 scalar");
    return PrivateSigningKey::from_jwk(private_jwk(scalar, public_point(group.get(), number.get())));
}

}  // namespace vestibule
