#include "crypto/seal.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <set>
#include <stdexcept>

#include "codec/base64url.h"
#include "tests/support/fixed_random.h"

using namespace vestibule;

namespace {

constexpr SealBinding kBinding{"session/access_token", "row-1", "cookie secret"};

KeyRing ring_of(std::initializer_list<std::string_view> ids) {
    std::string text;
    for (const std::string_view id : ids) {
        text.append(id).append(":").append(base64url_encode(std::string(31, id.back()) + "!")).append("\n");
    }
    return KeyRing::parse(Secret(text)).value();
}

struct Sealing {
    KeyRing keys = ring_of({"k1"});
    FixedRandom random;

    std::string seal(std::string_view plain, const SealBinding& binding = kBinding) {
        return vestibule::seal(keys, random, binding, Secret(std::string(plain)));
    }
    // The plain text, or "(sealed)".
    std::string open(std::string_view sealed, const SealBinding& binding = kBinding) const {
        const auto plain = open_sealed(keys, binding, sealed);
        return plain ? plain->reveal() : "(sealed)";
    }
};

const std::string kClosed = "(sealed)";

}  // namespace

Test(seal, what_is_sealed_can_be_opened) {
    Sealing sealing;
    const std::string every_octet = [] {
        std::string octets;
        for (int i = 0; i < 256; ++i) octets += static_cast<char>(i);
        return octets;
    }();
    for (const std::string& plain : {std::string(), std::string("a"), every_octet, std::string(1024 * 1024, 'x')}) {
        cr_expect(sealing.open(sealing.seal(plain)) == plain, "%zu octets", plain.size());
    }
}

Test(seal, has_the_documented_form) {
    Sealing sealing;
    const std::string sealed = sealing.seal("plain");
    cr_expect(eq(sz, sealed.size(), 1u + 1 + 2 + 12 + 5 + 16));
    cr_expect(eq(sealed.substr(0, 4), std::string("\x01\x02k1")));
    cr_expect(sealing_key_id(sealed) == "k1");
}

Test(seal, x02_holds_no_plain_text) {
    Sealing sealing;
    cr_expect(sealing.seal("canary-token").find("canary") == std::string::npos);
}

// Checklist X04; CVE-2021-32791 was a static IV.
Test(seal, x04_two_seals_of_one_text_differ_in_nonce_and_ciphertext) {
    Sealing sealing;
    std::set<std::string> nonces;
    std::set<std::string> ciphertexts;
    for (int i = 0; i < 1000; ++i) {
        const std::string sealed = sealing.seal("the same plain text");
        nonces.insert(sealed.substr(4, 12));
        ciphertexts.insert(sealed.substr(16, 19));
    }
    cr_expect(eq(sz, nonces.size(), 1000u));
    cr_expect(eq(sz, ciphertexts.size(), 1000u));
}

Test(seal, x06_any_bit_changed_anywhere_opens_nothing) {
    Sealing sealing;
    const std::string sealed = sealing.seal("plain");
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        for (int bit = 0; bit < 8; ++bit) {
            std::string changed = sealed;
            changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
            cr_expect(sealing.open(changed) == kClosed, "octet %zu, bit %d", i, bit);
        }
    }
}

Test(seal, x06_any_truncation_or_addition_opens_nothing) {
    Sealing sealing;
    const std::string sealed = sealing.seal("plain");
    for (std::size_t size = 0; size < sealed.size(); ++size) {
        cr_expect(sealing.open(sealed.substr(0, size)) == kClosed, "first %zu", size);
        cr_expect(sealing.open(sealed.substr(sealed.size() - size)) == kClosed, "last %zu", size);
    }
    cr_expect(eq(sealing.open(sealed + '\0'), kClosed));
    cr_expect(eq(sealing.open(sealed + sealed), kClosed));
}

Test(seal, x03_another_purpose_row_or_cookie_opens_nothing) {
    Sealing sealing;
    const std::string sealed = sealing.seal("plain");
    cr_expect(eq(sealing.open(sealed, {"session/refresh_token", "row-1", "cookie secret"}), kClosed));
    cr_expect(eq(sealing.open(sealed, {"session/access_token", "row-2", "cookie secret"}), kClosed));
    cr_expect(eq(sealing.open(sealed, {"session/access_token", "row-1", "cookie secreT"}), kClosed));
    cr_expect(eq(sealing.open(sealed, {"session/access_token", "row-1", ""}), kClosed));
}

Test(seal, x03_no_octet_can_be_shifted_from_one_field_into_the_next) {
    Sealing sealing;
    const std::string sealed = sealing.seal("plain", {"ab", "cd", "ef"});
    for (const SealBinding& shifted :
         {SealBinding{"abc", "d", "ef"}, SealBinding{"a", "bcd", "ef"}, SealBinding{"ab", "cde", "f"},
          SealBinding{"abcd", "", "ef"}, SealBinding{"", "abcd", "ef"}, SealBinding{"cd", "ab", "ef"}}) {
        cr_expect(eq(sealing.open(sealed, shifted), kClosed));
    }
}

Test(seal, x03_parts_of_two_sealed_values_cannot_be_combined) {
    Sealing sealing;
    const std::string a = sealing.seal("plain");
    const std::string b = sealing.seal("other");
    for (std::size_t cut = 4; cut < a.size(); ++cut) {
        cr_expect(sealing.open(a.substr(0, cut) + b.substr(cut)) == kClosed || cut == 4, "cut at %zu", cut);
    }
}

Test(seal, x05_old_keys_open_and_only_the_first_seals) {
    Sealing before;
    const std::string sealed = before.seal("plain");
    Sealing after;
    after.keys = ring_of({"k2", "k1"});
    cr_expect(eq(after.open(sealed), std::string("plain")));
    cr_expect(sealing_key_id(after.seal("x")) == "k2");
}

Test(seal, x06_an_unknown_or_renamed_key_opens_nothing) {
    Sealing sealing;
    const std::string sealed = sealing.seal("plain");
    Sealing other;
    other.keys = ring_of({"k2"});
    cr_expect(eq(other.open(sealed), kClosed));
    // The same id, other octets.
    other.keys = KeyRing::parse(Secret("k1:" + base64url_encode(std::string(32, 'z')))).value();
    cr_expect(eq(other.open(sealed), kClosed));
}

Test(seal, malformed_values_name_no_key) {
    for (const std::string_view text : {"", "\x01", "\x01\x02", "\x02\x02k1", "\x01\xff", "garbage"}) {
        cr_expect(not(sealing_key_id(text).has_value()));
    }
    cr_expect(not(sealing_key_id(std::string("\x01\x00", 2) + std::string(28, 'x')).has_value()));
}

Test(seal, refuses_to_seal_or_open_more_than_eight_mebibytes) {
    Sealing sealing;
    cr_expect_throw(sealing.seal(std::string(8 * 1024 * 1024 + 1, 'x')), std::invalid_argument);
    cr_expect(eq(sealing.open("\x01\x02k1" + std::string(16 * 1024 * 1024, 'x')), kClosed));
}
