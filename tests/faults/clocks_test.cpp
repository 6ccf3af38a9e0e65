// Hosts that share a store and whose clocks are two minutes apart: what holds all the same, and what it costs
// (checklist I20, R02, R13, B13, X08, X18). The provider's clock is right.
#include "functions/callback/handler.h"
#include "functions/login/handler.h"
#include "session/index_keys.h"
#include "tests/faults/scene.h"
#include "world/refresh_with_provider.h"

using namespace vestibule;

namespace {

constexpr Seconds kOff{120};

// A process on a host whose clock differs by so much.
template <class Work>
auto on_host(Scene& scene, Seconds off, Work work) {
    return scene.in_a_process([&](WorldOnStore& here) {
        here.clock.step_wall_time(off);
        return work(here);
    });
}

Result<std::optional<LiveSession>> shown(WorldOnStore& here, const std::string& cookie) {
    return find_live_session(fetch_request("GET", "/", cookie), here.store, here.keys, here.clock.now());
}
bool is_live(Scene& scene, Seconds off, const std::string& cookie, Seconds later = Seconds{0}) {
    return on_host(scene, off + later, [&](WorldOnStore& here) { return shown(here, cookie).value().has_value(); });
}

// A login that begins on one host and is completed on another.
struct Login {
    std::string cookie;  // of the login
    std::string answer;
    WallTime began_at{};

    Login(Scene& scene, Seconds begins) {
        const Response response = on_host(scene, begins, [&](WorldOnStore& here) {
            return handle_login(navigation_request("/auth/login?returnTo=/inbox"), here.world);
        });
        cookie = cookie_set_by(response, kLoginCookieName);
        answer = scene.op.log_in(header_of(response, "Location"));
    }
    // Where the browser lands.
    std::string ends(Scene& scene, Seconds off, Seconds tolerance = Seconds{30}) const {
        return on_host(scene, off, [&](WorldOnStore& here) {
            here.config.provider.clock_skew = tolerance;
            const auto back = navigation_request("/auth/callback?" + answer, cookie, "cross-site");
            return header_of(handle_callback(back, here.world), "Location");
        });
    }
};
const std::string kInbox = "https://app.example.com/inbox";
const std::string kRejected = "https://app.example.com/?auth_error=identity_rejected";

}  // namespace

ON_SHARED_STORES(clocks, I20_a_host_that_is_behind_refuses_logins_until_clockSkew_allows_for_it) {
    Scene scene(address);
    const std::string behind = Login(scene, -kOff).ends(scene, -kOff);
    cr_expect(behind == kRejected, "behind: %s", behind.c_str());  // "iat lies in the future"
    const std::string told = Login(scene, -kOff).ends(scene, -kOff, kOff);
    cr_expect(told == kInbox, "behind, with clockSkew: %s", told.c_str());
    const std::string ahead = Login(scene, kOff).ends(scene, kOff);
    cr_expect(ahead == kInbox, "ahead: %s", ahead.c_str());
}

ON_SHARED_STORES(clocks, L12_a_login_may_begin_on_one_host_and_end_on_the_other) {
    Scene scene(address);
    for (const auto& [begins, ends] : {std::pair{kOff, Seconds{0}}, std::pair{Seconds{0}, kOff}}) {
        const Login login(scene, begins);
        cr_expect(login.ends(scene, ends) == kInbox);
        const auto sessions = scene.sessions();
        cr_expect(login.ends(scene, begins) == kInbox, "once more, on the other host");
        cr_expect(scene.sessions() == sessions, "a response was used twice");
    }
}

// The host that is ahead forgets the flow two minutes early, and the other one must not take it once more.
ON_SHARED_STORES(clocks, C02_a_flow_that_is_valid_somewhere_is_forgotten_nowhere) {
    Scene scene(address);
    const Login login(scene, Seconds{0});
    cr_assert(login.ends(scene, Seconds{0}) == kInbox);
    const Seconds last_moment = kLoginFlowLifetime - Seconds{1};
    on_host(scene, kOff + last_moment, [&](WorldOnStore& here) {
        while (here.store.purge(100, here.clock.now()).value() == 100) {
        }
        return 0;
    });
    const int asked = scene.op.token_requests();
    cr_expect(login.ends(scene, last_moment) == kInbox);
    cr_expect(eq(int, scene.op.token_requests() - asked, 0), "a code was presented twice");
}

ON_SHARED_STORES(clocks, X08_a_session_is_over_two_minutes_early_on_the_host_that_is_ahead_and_nowhere_revived) {
    Scene scene(address);
    const std::string cookie = on_host(scene, Seconds{0}, [&](WorldOnStore& here) {
        return cookie_pair(here.put_session(scene.op));  // idle for half an hour
    });
    const Seconds late{1700};
    cr_expect(is_live(scene, Seconds{0}, cookie, late));
    cr_expect(is_live(scene, -kOff, cookie, late));
    cr_expect(not(is_live(scene, kOff, cookie, late)), "1820 s have passed there");
    // Who still sees it may go on with it, and then it lives for everybody.
    on_host(scene, late, [&](WorldOnStore& here) {
        const auto session = shown(here, cookie).value();
        cr_expect(touch_session(*session, here.store, Seconds{1800}, here.clock.now()).has_value());
        return 0;
    });
    cr_expect(is_live(scene, kOff, cookie, late));
    // A host that is behind moves no limit back.
    on_host(scene, late - kOff, [&](WorldOnStore& here) {
        const auto session = shown(here, cookie).value();
        cr_expect(here.store.touch(session->key(), here.clock.now() + Seconds{1800}, here.clock.now()).value());
        return 0;
    });
    cr_expect(is_live(scene, Seconds{0}, cookie, late + Seconds{1799}));
    cr_expect(not(is_live(scene, -kOff, cookie, late + Seconds{1800} + kOff)), "two minutes late, not more");
}

ON_SHARED_STORES(clocks, R02_R13_what_one_host_refreshed_the_other_uses_and_can_refresh_again) {
    Scene scene(address);
    for (const Seconds off : {kOff, -kOff}) {
        const std::string cookie = scene.put_session();
        const auto refresh = [&](WorldOnStore& here, RefreshReason why) {
            const auto done = refresh_with_provider(*shown(here, cookie).value(), why, here.world);
            cr_expect(done.has_value(), "off by %d s: %s", static_cast<int>(off.count()),
                      done ? "" : done.error().detail.c_str());
        };
        const int before = scene.op.token_requests();
        on_host(scene, off, [&](WorldOnStore& here) {
            refresh(here, RefreshReason::asked_for);
            return 0;
        });
        on_host(scene, Seconds{0}, [&](WorldOnStore& here) {
            cr_expect(not(needs_refresh(shown(here, cookie).value()->row(), here.clock.now())));
            // An upstream says that the token is over: so it may be, whatever the host that got it thought.
            refresh(here, RefreshReason::token_rejected);
            return 0;
        });
        cr_expect(eq(int, scene.op.token_requests() - before, 2));
        cr_expect(eq(int, scene.op.reused_refresh_tokens(), 0));
    }
}

// Longer than a lease. The host that is ahead takes the lease of one that is still at it. The fence lets one of the two
// write, and nothing is torn; but a provider that rotates has seen one refresh token twice, and ends the session. That
// is why hosts have to agree on the time (shared/session/STORE_CONTRACT.md, schema/README.md).
ON_SHARED_STORES(clocks, R02_two_minutes_are_more_than_a_lease_which_costs_at_most_the_session_of_that_moment) {
    Scene scene(address);
    for (const bool rotates : {false, true}) {
        scene.op.knobs.rotate_refresh_tokens = rotates;
        const std::string bystander = scene.put_session();
        const std::string cookie = scene.put_session();
        std::string first;
        std::string second;
        on_host(scene, Seconds{0}, [&](WorldOnStore& here) {
            here.store.before(StoreOperation::replace, [&] {
                if (!second.empty()) return;
                second = "asks";
                WorldOnStore there(here.store, scene.http, scene.op, here.clock.now() + kOff, ++scene.worlds);
                second = std::to_string(handle_refresh(Scene::post_refresh(cookie), there.world).status);
            });
            first = std::to_string(handle_refresh(Scene::post_refresh(cookie), here.world).status);
            return 0;
        });
        cr_expect(scene.op.reused_refresh_tokens() == (rotates ? 1 : 0));
        const std::string told = first + " and " + second;
        cr_expect(told == (rotates ? "401 and 401" : "200 and 200"), "%s", told.c_str());
        cr_expect(scene.whole_row(cookie).has_value() != rotates);
        cr_expect(scene.whole_row(bystander).has_value());
    }
}

// By sid nothing depends on the time. By sub it does: which logins began before the end?
ON_SHARED_STORES(clocks, B16_a_logout_by_sid_reaches_logins_in_flight_whatever_the_clocks_say) {
    Scene scene(address);
    for (const Seconds begins : {kOff, -kOff, Seconds{0}}) {
        scene.op.knobs.sid = "sid of " + std::to_string(begins.count());
        const Login login(scene, begins);
        on_host(scene, Seconds{0}, [&](WorldOnStore& here) {
            const auto sids = sid_index_keys(here.keys, scene.op.issuer(), *scene.op.knobs.sid);
            return here.store.end_sid(sids, {}, here.clock.now() + Seconds{1200}, here.clock.now()).value();
        });
        const auto sessions = scene.sessions();
        const std::string lands = login.ends(scene, Seconds{0});
        cr_expect(lands == "https://app.example.com/?auth_error=login_required", "begun at %d s: %s",
                  static_cast<int>(begins.count()), lands.c_str());
        cr_expect(scene.sessions() == sessions);
    }
}

ON_SHARED_STORES(clocks, B13_a_logout_by_sub_misses_a_login_in_flight_that_began_on_a_host_ahead_of_it) {
    const auto lands_at = [&](Scene& scene, Seconds begins, Seconds ends) {
        scene.op.knobs.sid.reset();
        scene.op.knobs.subject = "bob " + std::to_string(begins.count()) + " " + std::to_string(ends.count());
        const Login login(scene, begins);
        on_host(scene, ends, [&](WorldOnStore& here) {
            const auto subs = sub_index_keys(here.keys, scene.op.issuer(), scene.op.knobs.subject);
            return here.store.end_sub(subs, here.clock.now() + Seconds{1200}, here.clock.now()).value();
        });
        return login.ends(scene, Seconds{0});
    };
    Scene scene(address);
    const std::string refused = "https://app.example.com/?auth_error=login_required";
    cr_expect(lands_at(scene, Seconds{0}, Seconds{0}) == refused);
    cr_expect(lands_at(scene, Seconds{0}, kOff) == refused);
    // The price, stated: it counts as a login of two minutes later.
    cr_expect(lands_at(scene, kOff, Seconds{0}) == kInbox);
}
