#include "crypto/hash.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdexcept>

#include "codec/base64url.h"

using namespace vestibule;

namespace {

// The octets first, first+1, … last.
std::string counting(int first, int last) {
    std::string octets;
    for (int octet = first; octet <= last; ++octet) octets += static_cast<char>(octet);
    return octets;
}

}  // namespace

// FIPS 180-4, examples of NIST.
Test(hash, sha2_gives_the_published_values) {
    cr_expect(
        eq(hex_encode(sha256("abc")), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")));
    cr_expect(
        eq(hex_encode(sha256("")), std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")));
    cr_expect(eq(hex_encode(sha384("abc")), std::string("cb00753f45a35e8bb5a03d699ac65007272c32ab0eded163"
                                                        "1a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7")));
    cr_expect(
        eq(hex_encode(sha512("abc")), std::string("ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                                                  "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")));
}

// RFC 4231 §4.2, §4.3, §4.7.
Test(hash, hmac_gives_the_published_values) {
    cr_expect(eq(hex_encode(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
                 std::string("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")));
    cr_expect(eq(hex_encode(hmac_sha256("Jefe", "what do ya want for nothing?")),
                 std::string("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")));
    cr_expect(
        eq(hex_encode(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
           std::string("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")));
}

Test(hash, hmac_takes_an_empty_key_that_points_nowhere) {
    cr_expect(eq(hex_encode(hmac_sha256({}, {})),
                 std::string("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")));
    hmac_sha256("another key", "x");
    cr_expect(eq(hmac_sha256({}, "x"), hmac_sha256("", "x")));
}

// RFC 5869 A.1, A.2, A.3.
Test(hash, hkdf_gives_the_published_values) {
    cr_expect(eq(hex_encode(hkdf_sha256(std::string(22, '\x0b'), counting(0x00, 0x0c), counting(0xf0, 0xf9), 42)),
                 std::string("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")));
    cr_expect(eq(hex_encode(hkdf_sha256(counting(0x00, 0x4f), counting(0x60, 0xaf), counting(0xb0, 0xff), 82)),
                 std::string("b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
                             "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
                             "cc30c58179ec3e87c14c01d5c1f3434f1d87")));
    cr_expect(eq(hex_encode(hkdf_sha256(std::string(22, '\x0b'), "", "", 42)),
                 std::string("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")));
}

Test(hash, hkdf_gives_up_to_255_blocks_and_refuses_more) {
    cr_expect(eq(sz, hkdf_sha256("k", "s", "i", 255 * 32).size(), 8160u));
    cr_expect(eq(sz, hkdf_sha256("k", "s", "i", 0).size(), 0u));
    cr_expect_throw(hkdf_sha256("k", "s", "i", 255 * 32 + 1), std::invalid_argument);
}
