#include "oauth/id_token_continuity.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

using namespace vestibule;

namespace {

Json token(int iat, int auth_time) { return Json::object({{"iat", iat}, {"auth_time", auth_time}}); }

Json with_nonce(Json claims, const char* nonce) {
    claims.set("nonce", nonce);
    return claims;
}

}  // namespace

Test(id_token_continuity, R05_a_later_token_of_the_same_login_goes_on) {
    cr_expect(check_continuity(token(1000, 900), token(2000, 900)).has_value());
    cr_expect(check_continuity(token(1000, 900), token(1000, 900)).has_value());
    cr_expect(check_continuity(token(1000, 900), Json::object({{"iat", 2000}})).has_value());
}

Test(id_token_continuity, R05_an_earlier_iat_or_auth_time_is_another_login) {
    cr_expect(not(check_continuity(token(1000, 900), token(939, 900)).has_value()));
    cr_expect(check_continuity(token(1000, 900), token(940, 900)).has_value(), "the provider's clocks may differ");
    cr_expect(not(check_continuity(token(1000, 900), token(2000, 839)).has_value()));
    cr_expect(check_continuity(token(1000, 900), token(2000, 1500)).has_value(), "logged in again elsewhere");
}

Test(id_token_continuity, R05_the_nonce_is_absent_or_the_same) {
    const Json login = with_nonce(token(1000, 900), "n-1");
    cr_expect(check_continuity(login, token(2000, 900)).has_value());
    cr_expect(check_continuity(login, with_nonce(token(2000, 900), "n-1")).has_value());
    cr_expect(not(check_continuity(login, with_nonce(token(2000, 900), "n-2")).has_value()));
    cr_expect(check_continuity(token(2000, 900), with_nonce(token(3000, 900), "n-1")).has_value(),
              "the one before came with a refresh, too, and without");
}
