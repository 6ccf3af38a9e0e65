#include "session/session_sealing.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "crypto/seal.h"
#include "tests/support/fixed_random.h"
#include "tests/support/session_in_store.h"
#include "tests/support/text.h"

using namespace vestibule;

namespace {

struct Sealed {
    FixedRandom random;
    KeyRing keys = test_keys();
    SessionCookie cookie = SessionCookie::create(random);
    SessionToPut what;
    SealedFields fields = seal_fields(keys, random, cookie, what.claims, tokens_of(what, WallTime{}));
};

bool nothing_opens(const KeyRing& keys, const SessionCookie& cookie, const SealedFields& fields) {
    return !open_claims(keys, cookie, fields) && !open_access_token(keys, cookie, fields) &&
           !open_refresh_and_id_token(keys, cookie, fields);
}

}  // namespace

Test(session_sealing, opens_with_both_keys) {
    Sealed s;
    cr_assert(open_claims(s.keys, s.cookie, s.fields) == s.what.claims);
    cr_expect(eq(str, text(open_access_token(s.keys, s.cookie, s.fields)->text.reveal()), text("access-canary-1")));
    const auto others = open_refresh_and_id_token(s.keys, s.cookie, s.fields);
    cr_expect(eq(str, text(others->refresh_token->reveal()), text("refresh-canary-1")));
    cr_expect(eq(str, text(others->id_token->reveal()), text("id-canary-1")));
}

Test(session_sealing, A19_the_key_that_binds_the_tokens_is_sealed_beside_the_access_token) {
    Sealed s;
    s.what.dpop_key = Secret(std::string(31, '\0') + "k");
    const SealedFields bound = seal_fields(s.keys, s.random, s.cookie, s.what.claims, tokens_of(s.what, WallTime{}));
    const auto opened = open_access_token(s.keys, s.cookie, bound);
    cr_assert(opened.has_value());
    cr_expect(eq(str, text(opened->text.reveal()), text("access-canary-1")));
    cr_expect(opened->dpop_key->reveal() == s.what.dpop_key->reveal());
    cr_expect(nothing_opens(s.keys, SessionCookie::create(s.random), bound));
}

// Sessions from before there were keys, and after the setting was taken back.
Test(session_sealing, without_a_key_the_field_is_the_token_and_nothing_else) {
    Sealed s;
    const SessionKey row = s.cookie.key();
    const SealBinding binding{"session/access_token", row.octets, s.cookie.secret().reveal()};
    cr_expect(eq(str, text(open_sealed(s.keys, binding, s.fields.access_token)->reveal()), text("access-canary-1")));
    cr_expect(not(open_access_token(s.keys, s.cookie, s.fields)->dpop_key.has_value()));
    SealedFields cut = s.fields;
    cut.access_token = seal(s.keys, s.random, binding, Secret("\x01" + std::string(32, 'k')));
    cr_expect(not(open_access_token(s.keys, s.cookie, cut).has_value()), "a key without a token");
}

Test(session_sealing, X02_nothing_readable_is_at_rest) {
    Sealed s;
    const std::string at_rest = s.fields.claims + s.fields.access_token + s.fields.refresh_and_id_token;
    for (const char* canary : {"canary", "alice", "Alice", "sub"}) {
        cr_expect(at_rest.find(canary) == std::string::npos, "%s", canary);
    }
}

Test(session_sealing, the_servers_keys_alone_open_nothing) {
    Sealed s;
    cr_assert(nothing_opens(s.keys, SessionCookie::create(s.random), s.fields));
}

Test(session_sealing, the_cookie_alone_opens_nothing) {
    Sealed s;
    const KeyRing other = test_keys("k1:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI");
    cr_assert(nothing_opens(other, s.cookie, s.fields));
}

Test(session_sealing, X05_after_a_rotation_the_old_key_still_opens) {
    Sealed s;
    const KeyRing rotated =
        test_keys("k2:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI\nk1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE");
    cr_assert(open_claims(rotated, s.cookie, s.fields).has_value());
}

Test(session_sealing, X03_fields_swapped_within_a_row_do_not_open) {
    Sealed s;
    SealedFields swapped = s.fields;
    std::swap(swapped.access_token, swapped.claims);
    cr_expect(not(open_claims(s.keys, s.cookie, swapped).has_value()));
    cr_expect(not(open_access_token(s.keys, s.cookie, swapped).has_value()));
}

Test(session_sealing, a_session_without_refresh_or_id_token_opens_as_one) {
    Sealed s;
    s.what.refresh_token = s.what.id_token = "";
    const auto fields = seal_fields(s.keys, s.random, s.cookie, s.what.claims, tokens_of(s.what, WallTime{}));
    const auto others = open_refresh_and_id_token(s.keys, s.cookie, fields);
    cr_assert(others.has_value());
    cr_expect(not(others->refresh_token.has_value()));
    cr_expect(not(others->id_token.has_value()));
}
