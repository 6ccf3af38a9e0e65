#include "http/set_cookie.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdexcept>

using namespace vestibule;

namespace {

SetCookie cookie_of(std::string name, std::string value) { return {std::move(name), std::move(value)}; }

bool is_refused(const SetCookie& cookie) {
    try {
        cookie.header_value();
        return false;
    } catch (const std::invalid_argument&) {
        return true;
    }
}

}  // namespace

// Checklist S01–S06.
Test(set_cookie, s01_to_s06_the_session_cookie_is_as_tight_as_cookies_get) {
    cr_expect(eq(cookie_of("__Host-Http-session", "abc").header_value(),
                 std::string("__Host-Http-session=abc; Path=/; Secure; HttpOnly; SameSite=Strict")));
}

Test(set_cookie, a_lifetime_and_a_laxer_kind_are_written_out) {
    const SetCookie login{"__Host-Http-login", "x", SameSite::lax, Seconds{600}};
    cr_expect(eq(login.header_value(),
                 std::string("__Host-Http-login=x; Max-Age=600; Path=/; Secure; HttpOnly; SameSite=Lax")));
    const SetCookie foreign{"__Host-x", "", SameSite::none, {}};
    cr_expect(eq(foreign.header_value(), std::string("__Host-x=; Path=/; Secure; HttpOnly; SameSite=None")));
}

Test(set_cookie, s13_a_deletion_has_the_same_name_path_and_flags) {
    cr_expect(eq(deletion_of("__Host-Http-session", SameSite::strict),
                 std::string("__Host-Http-session=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; Secure; "
                             "HttpOnly; SameSite=Strict")));
    cr_expect_throw(deletion_of("session", SameSite::strict), std::invalid_argument);
}

Test(set_cookie, s15_a_value_is_cookie_octets_only) {
    for (int octet = 0; octet < 256; ++octet) {
        const std::string one(1, static_cast<char>(octet));
        const bool allowed = octet > 0x20 && octet < 0x7f && one.find_first_of("\",;\\") == std::string::npos;
        cr_expect(is_refused(cookie_of("__Host-a", one)) != allowed, "octet %d", octet);
    }
}

Test(set_cookie, s06_a_name_has_the_prefix_and_is_a_token) {
    for (const char* name : {"", "session", "__host-a", "__Secure-a", "__Host-a=b", "__Host-a;", "__Host-a b",
                             "__Host-\r\nSet-Cookie: x"}) {
        cr_expect(is_refused(cookie_of(name, "x")), "%s", name);
    }
}

Test(set_cookie, s10_name_and_value_stay_within_4096_octets) {
    cr_expect(not(is_refused(cookie_of("__Host-a", std::string(4088, 'x')))));
    cr_expect(is_refused(cookie_of("__Host-a", std::string(4089, 'x'))));
}

Test(set_cookie, s12_a_lifetime_stays_within_400_days) {
    SetCookie cookie = cookie_of("__Host-a", "x");
    cookie.max_age = std::chrono::days(400);
    cr_expect(not(is_refused(cookie)));
    *cookie.max_age += Seconds{1};
    cr_expect(is_refused(cookie));
}
