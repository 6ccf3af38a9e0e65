#include "session/session_cookie.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/fixed_random.h"
#include "tests/support/session_in_store.h"
#include "tests/support/text.h"

using namespace vestibule;

namespace {

Request request_with_cookie(std::string_view header) {
    Request request;
    request.headers.add("Cookie", header);
    return request;
}

}  // namespace

Test(session_cookie, S01_to_S06_is_host_bound_secure_http_only_strict_and_without_domain) {
    FixedRandom random;
    const std::string header = SessionCookie::create(random).set_cookie();
    cr_expect(header.starts_with("__Host-Http-session="));
    for (const char* attribute : {"; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict"}) {
        cr_expect(header.find(attribute) != std::string::npos, "%s lacks %s", header.c_str(), attribute);
    }
    cr_expect(header.find("Domain") == std::string::npos);
    cr_expect(header.find("Max-Age") == std::string::npos);
}

Test(session_cookie, S10_name_and_value_together_stay_under_128_octets) {
    FixedRandom random;
    cr_assert(lt(sz, cookie_pair(SessionCookie::create(random)).size(), 128));
}

Test(session_cookie, survives_the_way_to_the_browser_and_back) {
    FixedRandom random;
    const SessionCookie cookie = SessionCookie::create(random);
    const std::string pair = cookie_pair(cookie);
    const auto again = SessionCookie::parse(pair.substr(pair.find('=') + 1));
    cr_assert(again.has_value());
    cr_expect(again->key() == cookie.key());
    cr_expect(again->secret().reveal() == cookie.secret().reveal());
}

Test(session_cookie, X01_the_stores_key_is_not_the_handle) {
    FixedRandom random;
    const SessionCookie cookie = SessionCookie::create(random);
    cr_expect(eq(sz, cookie.key().octets.size(), 32));
    cr_expect(cookie_pair(cookie).find(cookie.key().octets) == std::string::npos);
}

Test(session_cookie, S19_only_64_characters_of_base64url_are_a_cookie) {
    const std::string good(64, 'A');
    cr_expect(SessionCookie::parse(good).has_value());
    for (const std::string& bad : {std::string(), std::string(63, 'A'), std::string(65, 'A'),
                                   std::string(63, 'A') + "=", std::string(63, 'A') + "+", std::string(63, 'A') + "/",
                                   std::string(63, 'A') + " ", std::string(63, 'A') + '\0', std::string(10'000, 'A')}) {
        cr_expect(not(SessionCookie::parse(bad).has_value()), "accepted %zu octets", bad.size());
    }
}

Test(session_cookie, S09_two_of_one_name_are_several_and_not_the_first) {
    const auto one = request_with_cookie("a=1; __Host-Http-session=x; b=2");
    cr_expect(find_cookie(one, kSessionCookieName).presence == CookieLookup::Presence::present);
    cr_expect(eq(str, text(find_cookie(one, kSessionCookieName).value), text("x")));
    const auto two = request_with_cookie("__Host-Http-session=x; __Host-Http-session=y");
    cr_expect(find_cookie(two, kSessionCookieName).presence == CookieLookup::Presence::several);
    Request split = request_with_cookie("__Host-Http-session=x");
    split.headers.add("Cookie", "__Host-Http-session=y");
    cr_expect(find_cookie(split, kSessionCookieName).presence == CookieLookup::Presence::several);
}

Test(session_cookie, S07_the_name_is_compared_case_sensitively) {
    const auto request = request_with_cookie("__HOST-HTTP-SESSION=evil; __host-http-session=evil");
    cr_expect(find_cookie(request, kSessionCookieName).presence == CookieLookup::Presence::absent);
}
