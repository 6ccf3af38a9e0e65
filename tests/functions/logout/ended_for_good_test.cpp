// Whatever is in flight when a session ends, none is left afterwards (checklist O14, R15, B16, S25): the end falls
// before and after every operation on the store that the other request makes.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "functions/backchannel/handler.h"
#include "functions/logout/handler.h"
#include "functions/proxy/handler.h"
#include "functions/refresh/handler.h"
#include "functions/userinfo/handler.h"
#include "tests/functions/callback/callback_bench.h"

using namespace vestibule;

TestSuite(ended_for_good, .timeout = 120);

namespace {

struct Stage : CallbackBench {
    std::string cookie;  // name=value

    Stage() {
        Route route;
        route.path = "/api/";
        route.upstream = "https://api.example/";
        config.routes.push_back(route);
        http.answer("https://api.example/x", {.status = 200, .body = "[]"});
        cookie = cookie_set_by(come_back(log_in()), kSessionCookieName);
        cr_assert(opens(cookie));
    }
    Response post_logout_token(const Json& changes) {
        return handle_backchannel(request_of("POST /auth/backchannel HTTP/1.1\nHost: app.example.com\n"
                                             "Content-Type: application/x-www-form-urlencoded\n\nlogout_token=" +
                                             op.logout_token(changes)),
                                  world);
    }
};

struct Ender {
    const char* name;
    std::function<void(Stage&)> end;
};
const Ender kEnders[] = {
    {"logout", [](Stage& s) { (void)handle_logout(fetch_request("POST", "/auth/logout", s.cookie), s.world); }},
    {"backchannel by sid", [](Stage& s) { (void)s.post_logout_token(Json::object()); }},
    {"backchannel by sub",
     [](Stage& s) {
         (void)s.post_logout_token(Json::object({{"sid", Json()}}));
     }},
};

struct InFlightRequest {
    const char* name;
    std::function<void(Stage&)> prepare;
    std::function<void(Stage&)> send;
};
void let_token_expire(Stage& s) { s.clock.advance(Seconds{290}); }
const InFlightRequest kRequests[] = {
    {"refresh", let_token_expire,
     [](Stage& s) { (void)handle_refresh(fetch_request("POST", "/auth/refresh", s.cookie), s.world); }},
    {"an API call that refreshes and touches", let_token_expire,
     [](Stage& s) { (void)text_of(handle_proxy(fetch_request("GET", "/api/x", s.cookie), s.world)); }},
    {"an API call that touches", [](Stage& s) { s.clock.advance(Seconds{200}); },
     [](Stage& s) { (void)text_of(handle_proxy(fetch_request("GET", "/api/x", s.cookie), s.world)); }},
    {"userinfo", let_token_expire,
     [](Stage& s) { (void)handle_userinfo(fetch_request("GET", "/auth/userinfo", s.cookie), s.world); }},
};

enum class When { before, after };

// False where the request makes no such call.
bool race(const InFlightRequest& request, const Ender& ender, StoreOperation operation, When when) {
    Stage s;
    request.prepare(s);
    bool ended = false;
    const auto once = [&] {
        if (ended) return;
        ended = true;
        ender.end(s);
    };
    when == When::before ? s.store.before(operation, once) : s.store.after(operation, once);
    request.send(s);
    const bool happened = ended;
    s.store.before(operation, nullptr);
    s.store.after(operation, nullptr);
    if (!happened) return false;
    cr_expect(not(s.opens(s.cookie)), "%s, %s, operation %d", request.name, ender.name, static_cast<int>(operation));
    cr_expect(eq(u64, s.sessions(), 0), "%s, %s, operation %d", request.name, ender.name, static_cast<int>(operation));
    request.send(s);  // and once more, late
    cr_expect(eq(u64, s.sessions(), 0), "%s, %s, operation %d", request.name, ender.name, static_cast<int>(operation));
    return true;
}

int races(const InFlightRequest& request) {
    int happened = 0;
    for (const Ender& ender : kEnders) {
        for (std::size_t operation = 0; operation < kStoreOperations; ++operation) {
            for (const When when : {When::before, When::after})
                happened += race(request, ender, static_cast<StoreOperation>(operation), when) ? 1 : 0;
        }
    }
    return happened;
}

}  // namespace

Test(ended_for_good, O14_R15_refresh) { cr_expect(races(kRequests[0]) >= 18); }
Test(ended_for_good, O14_R15_an_api_call_that_refreshes) { cr_expect(races(kRequests[1]) >= 18); }
Test(ended_for_good, O14_an_api_call_that_writes_the_idle_time) { cr_expect(races(kRequests[2]) >= 12); }
Test(ended_for_good, O14_userinfo) { cr_expect(races(kRequests[3]) >= 6); }

namespace {

// That one itself: not every provider ends the newer tokens with an older one.
void expect_newest_refresh_token_revoked(Stage& s, const std::string& how) {
    const auto issued = s.op.issued_secrets();
    const auto newest = std::find_if(issued.rbegin(), issued.rend(), [](const std::string& secret) {
        return secret.find("refresh-token") != secret.npos;
    });
    cr_assert(newest != issued.rend());
    const auto revoked = s.op.revoked_tokens();
    cr_expect(std::find(revoked.begin(), revoked.end(), *newest) != revoked.end(), "%s: %s lives", how.c_str(),
              newest->c_str());
}

}  // namespace

Test(ended_for_good, R15_tokens_that_come_after_the_logout_are_revoked) {
    for (const StoreOperation operation : {StoreOperation::acquire_lease, StoreOperation::replace}) {
        for (const When when : {When::before, When::after}) {
            Stage s;
            let_token_expire(s);
            bool ended = false;
            const auto once = [&] {
                if (std::exchange(ended, true)) return;
                kEnders[0].end(s);
            };
            when == When::before ? s.store.before(operation, once) : s.store.after(operation, once);
            kRequests[0].send(s);
            cr_assert(ended);
            cr_expect(eq(u64, s.sessions(), 0));
            expect_newest_refresh_token_revoked(s, "operation " + std::to_string(static_cast<int>(operation)));
        }
    }
}

// The other way round: a whole refresh falls between two operations of the logout.
Test(ended_for_good, R15_tokens_that_come_during_the_logout_are_revoked) {
    int happened = 0;
    for (const std::string target : {"/auth/logout", "/auth/logout?everywhere=true"}) {
        for (const StoreOperation operation : {StoreOperation::find, StoreOperation::end_sub, StoreOperation::erase}) {
            for (const When when : {When::before, When::after}) {
                Stage s;
                let_token_expire(s);
                const auto before = s.op.issued_secrets().size();
                bool refreshed = false;
                const auto once = [&] {
                    if (std::exchange(refreshed, true)) return;
                    kRequests[0].send(s);
                };
                when == When::before ? s.store.before(operation, once) : s.store.after(operation, once);
                (void)handle_logout(fetch_request("POST", target, s.cookie), s.world);
                cr_expect(eq(u64, s.sessions(), 0));
                happened += s.op.issued_secrets().size() > before ? 1 : 0;
                expect_newest_refresh_token_revoked(
                    s, target + ", operation " + std::to_string(static_cast<int>(operation)));
            }
        }
    }
    cr_expect(eq(int, happened, 6), "before erase; everywhere also before and after the two others");
}

Test(ended_for_good, B16_O14_a_callback_in_flight_makes_no_session_for_what_the_provider_ended) {
    int happened = 0;
    for (std::size_t ender = 1; ender < std::size(kEnders); ++ender) {
        for (const StoreOperation operation :
             {StoreOperation::consume_once, StoreOperation::insert, StoreOperation::cached}) {
            Stage s;
            s.clock.advance(Seconds{1});
            const std::string answer = s.log_in();
            s.provider.metadata().value();
            bool ended = false;
            s.store.before(operation, [&] {
                if (std::exchange(ended, true)) return;
                kEnders[ender].end(s);
            });
            (void)s.come_back(answer);
            if (!ended) continue;
            ++happened;
            cr_expect(eq(u64, s.sessions(), 0), "%s, operation %d", kEnders[ender].name, static_cast<int>(operation));
        }
    }
    cr_expect(happened >= 4);
}

Test(ended_for_good, O14_a_logout_between_login_and_callback_leaves_the_old_session_dead) {
    Stage s;
    const std::string old = s.cookie;
    const std::string answer = s.log_in("/auth/login", old);
    kEnders[0].end(s);
    const std::string fresh = cookie_set_by(s.come_back(answer), kSessionCookieName);
    cr_expect(not(s.opens(old)));
    cr_expect(s.opens(fresh), "the person logged in anew; that is another session");
    cr_expect(fresh != old);
}
