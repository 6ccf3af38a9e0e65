#include "session/provider_limits.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

using namespace vestibule;

namespace {

WallTime at(std::int64_t seconds) { return WallTime{Seconds{seconds}}; }

TokenSet tokens_stating(std::optional<WallTime> authorization_over_at) {
    TokenSet tokens;
    tokens.authorization_over_at = authorization_over_at;
    return tokens;
}

SessionConfig half_an_hour_of_a_day() {
    SessionConfig session;
    session.idle = Seconds{1'800};
    session.absolute = Seconds{86'400};
    return session;
}

}  // namespace

Test(provider_limits, S23_the_sooner_of_the_tokens_and_session_expiry_ends_the_authorization) {
    const Json says_200 = Json::object({{"session_expiry", std::int64_t{200}}});
    cr_expect(stated_at_login(tokens_stating(at(100)), says_200).authorization_over_at == at(100));
    cr_expect(stated_at_login(tokens_stating(at(300)), says_200).authorization_over_at == at(200));
    cr_expect(stated_at_login(tokens_stating({}), says_200).authorization_over_at == at(200));
    cr_expect(stated_at_login(tokens_stating(at(300)), Json::object()).authorization_over_at == at(300));
}

Test(provider_limits, S23_a_session_expiry_that_is_no_date_says_nothing) {
    for (const char* text : {"null", "\"200\"", "-1", "1e300", "253402300800", "[200]"}) {
        Json claims = Json::object();
        claims.set("session_expiry", Json::parse(text).value());
        cr_expect(not(stated_at_login({}, claims).authorization_over_at.has_value()), "%s", text);
    }
}

Test(provider_limits, S23_a_new_session_ends_as_configured_or_sooner) {
    const SessionConfig configured = half_an_hour_of_a_day();
    const SessionEnds unlimited = ends_of_new_session(configured, {}, at(300), at(0));
    cr_expect(unlimited.absolute == at(86'400) && unlimited.idle == at(1'800));

    const SessionEnds authorized = ends_of_new_session(configured, {at(600), {}}, at(300), at(0));
    cr_expect(authorized.absolute == at(600) && authorized.idle == at(600));

    // The access token outlives the refresh token here, and is good to its end.
    const SessionEnds refreshable = ends_of_new_session(configured, {{}, at(200)}, at(300), at(0));
    cr_expect(refreshable.absolute == at(86'400) && refreshable.idle == at(300));
}
