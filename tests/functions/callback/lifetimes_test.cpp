// What bounds a session: our own limits, the provider's (checklist S23), and how many a user may have (X17).
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "crypto/seal.h"
#include "functions/refresh/handler.h"
#include "tests/functions/callback/callback_bench.h"

using namespace vestibule;

namespace {

struct LifetimesBench : CallbackBench {
    std::string session;

    void log_in_with(const Json& members) {
        op.knobs.change_token_answer = [members](Json& answer) {
            for (const auto& [name, value] : members.as_object()) answer.set(name, value);
        };
        session = cookie_set_by(come_back(log_in()), kSessionCookieName);
    }
    SessionRow row() {
        return *memory.find(SessionCookie::parse(session.substr(session.find('=') + 1))->key(), clock.now()).value();
    }
    Seconds lives_for() { return row().expires_at - clock.now(); }
    Seconds idle_for() { return row().idle_expires_at - clock.now(); }
    int refresh() { return handle_refresh(fetch_request("POST", "/auth/refresh", session), world).status; }
    LiveSession live() {
        return *find_live_session(fetch_request("GET", "/", session), store, keys, clock.now()).value();
    }
    void touch() { cr_assert(touch_session(live(), store, config.session.idle, clock.now()).has_value()); }
};

const Seconds kDay = std::chrono::hours{24};

}  // namespace

Test(lifetimes, S21_S22_are_ours_where_the_provider_says_nothing) {
    LifetimesBench b;
    b.log_in_with(Json::object());
    cr_expect(b.lives_for() == b.config.session.absolute && b.idle_for() == b.config.session.idle);
    b.log_in_with(Json::object({{"refresh_expires_in", 0}, {"authorization_expires_in", "soon"}}));
    cr_expect(b.lives_for() == b.config.session.absolute && b.idle_for() == b.config.session.idle);
}

Test(lifetimes, S23_the_authorizations_end_is_the_sessions) {
    LifetimesBench b;
    b.log_in_with(Json::object({{"authorization_expires_in", 3600}}));
    cr_expect(b.lives_for() == Seconds{3600});
    b.log_in_with(Json::object({{"authorization_expires_in", 999'999}}));
    cr_expect(b.lives_for() == b.config.session.absolute, "it only shortens");
}

Test(lifetimes, S23_session_expiry_of_the_id_token_is_the_sessions_end) {
    LifetimesBench b;
    b.op.knobs.user.set("session_expiry", std::int64_t{b.clock.now().time_since_epoch().count() + 600});
    b.log_in_with(Json::object());
    cr_expect(b.lives_for() == Seconds{600} && b.idle_for() == Seconds{600});
    b.op.knobs.user.set("session_expiry", std::int64_t{b.clock.now().time_since_epoch().count()});
    cr_expect(eq(str, b.error_of(b.come_back(b.log_in())), text("identity_rejected")), "over already");
}

Test(lifetimes, S23_a_refresh_token_that_ends_early_ends_the_idle_session) {
    for (const char* name : {"refresh_expires_in", "refresh_token_expires_in", "refresh_token_timeout"}) {
        LifetimesBench b;
        b.log_in_with(Json::object({{name, 900}}));
        cr_expect(b.idle_for() == Seconds{900}, "%s", name);
        cr_expect(b.lives_for() == b.config.session.absolute, "%s: the next one may live longer", name);
        b.clock.advance(Seconds{600});
        b.touch();
        cr_expect(b.idle_for() == Seconds{300}, "%s: an API call does not make it live longer", name);
        cr_expect(eq(int, b.refresh(), 200));
        b.touch();
        cr_expect(b.idle_for() == Seconds{900}, "%s: a refresh does", name);
    }
}

Test(lifetimes, S23_a_short_refresh_token_lets_the_access_token_live_to_its_end) {
    LifetimesBench b;
    b.log_in_with(Json::object({{"refresh_expires_in", 10}}));
    cr_expect(b.idle_for() == Seconds{300});
}

Test(lifetimes, S23_a_refresh_shortens_and_never_lengthens) {
    LifetimesBench b;
    b.log_in_with(Json::object({{"authorization_expires_in", 3600}}));
    b.op.knobs.change_token_answer = [](Json& answer) { answer.set("authorization_expires_in", 86'400); };
    b.clock.advance(Seconds{100});
    cr_assert(eq(int, b.refresh(), 200));
    cr_expect(b.lives_for() == Seconds{3500});
    b.op.knobs.change_token_answer = [](Json& answer) { answer.set("authorization_expires_in", 60); };
    b.clock.advance(Seconds{100});
    cr_assert(eq(int, b.refresh(), 200));
    cr_expect(b.opens(b.session));
    b.clock.advance(Seconds{60});
    cr_expect(not(b.opens(b.session)), "over, whatever the store's idle limit says");
}

Test(lifetimes, K03_the_limits_are_kept_out_of_what_the_page_sees) {
    LifetimesBench b;
    b.log_in_with(Json::object({{"authorization_expires_in", 3600}}));
    cr_expect(b.live().claims().find("vestibule/authorization_over_at") != nullptr);
    for (const std::string& shown : b.config.session.claims) cr_expect(shown.find("vestibule/") != 0);
}

Test(lifetimes, X17_a_users_oldest_session_ends_for_one_more_than_may_be) {
    LifetimesBench b;
    b.config.session.per_user = 2;
    std::vector<std::string> sessions;
    for (int i = 0; i < 3; ++i) {
        b.login_cookie.clear();  // another browser
        b.log_in_with(Json::object());
        sessions.push_back(b.session);
        b.clock.advance(Seconds{1});
    }
    cr_expect(not(b.opens(sessions[0])));
    cr_expect(b.opens(sessions[1]));
    cr_expect(b.opens(sessions[2]));
    b.login_cookie.clear();
    b.op.knobs.subject = "bob";
    b.log_in_with(Json::object());
    cr_expect(eq(u64, b.sessions(), 3));
}

Test(lifetimes, X05_a_refresh_seals_every_field_with_the_key_that_seals_now) {
    LifetimesBench b;
    b.log_in_with(Json::object());
    const std::string old = "k1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
    b.keys = test_keys("k2:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI\n" + old);
    const auto sealed_with = [&] {
        const SealedFields sealed = b.row().sealed;
        return sealing_key_id(sealed.claims).value() + sealing_key_id(sealed.access_token).value() +
               sealing_key_id(sealed.refresh_and_id_token).value();
    };
    cr_expect(eq(str, sealed_with(), text("k1k1k1")));
    b.clock.advance(Seconds{290});
    cr_assert(eq(int, b.refresh(), 200));
    cr_expect(eq(str, sealed_with(), text("k2k2k2")));
    b.keys = test_keys("k2:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI");
    cr_expect(b.opens(b.session), "the old key may go");
}

Test(lifetimes, X05_the_providers_documents_are_sealed_anew_and_survive_the_loss_of_a_key) {
    LifetimesBench b;
    b.log_in_with(Json::object());
    b.keys = test_keys("k2:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI");
    OidcProvider restarted{{b.config, b.http, b.store, b.keys, b.clock, b.random, b.log, b.client}};
    const auto before = b.http.count(b.op.metadata_url());
    b.clock.advance(Seconds{60});
    cr_assert(restarted.metadata().has_value(), "fetched anew, for the copy does not open");
    cr_expect(eq(sz, b.http.count(b.op.metadata_url()), before + 1));
    OidcProvider again{{b.config, b.http, b.store, b.keys, b.clock, b.random, b.log, b.client}};
    cr_assert(again.metadata().has_value());
    cr_expect(eq(sz, b.http.count(b.op.metadata_url()), before + 1), "and sealed with the key that is there");
}
