#include "oauth/pkce.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/text.h"

using namespace vestibule;

Test(pkce, L06_the_vector_of_rfc_7636_appendix_B) {
    const Secret verifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    cr_assert(eq(str, code_challenge_s256(verifier), text("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")));
}

Test(pkce, L06_a_challenge_is_43_characters_without_padding) {
    for (const auto* verifier : {"", "a", "ab", "abc"}) {
        const std::string challenge = code_challenge_s256(Secret(verifier));
        cr_expect(eq(sz, challenge.size(), 43u));
        cr_expect(challenge.find_first_of("=+/") == std::string::npos);
    }
}
