// Hosts that share a store and whose clocks are two minutes off: what is stored goes by the time of the store's server,
// and no session is lost; what is signed goes by their own, which can cost a login (checklist I20, R02, R13, B13, X08,
// X18). The provider's clock is right.
#include "functions/callback/handler.h"
#include "functions/login/handler.h"
#include "session/index_keys.h"
#include "tests/faults/scene.h"
#include "world/refresh_with_provider.h"

using namespace vestibule;

namespace {

constexpr Seconds kOff{120};
constexpr Seconds kTooFar{400};  // no host follows that far

// A process on a host whose clock differs by so much from the store's server.
template <class Work>
auto on_host(Scene& scene, Seconds off, Work work) {
    return scene.in_a_process([&](WorldOnStore& here) {
        here.clock.step_wall_time(off);
        here.store.server_clock = &scene.server;
        here.time.keep_in_step();
        return work(here);
    });
}

Result<std::optional<LiveSession>> shown(WorldOnStore& here, const std::string& cookie) {
    return find_live_session(fetch_request("GET", "/", cookie), here.store, here.keys, here.time.now());
}
bool is_live(Scene& scene, Seconds off, const std::string& cookie) {
    return on_host(scene, off, [&](WorldOnStore& here) { return shown(here, cookie).value().has_value(); });
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
    std::string ends(Scene& scene, Seconds off, Seconds tolerance = kOff) const {
        return on_host(scene, off, [&](WorldOnStore& here) {
            here.config.provider.clock_skew = tolerance;
            const auto back = navigation_request("/auth/callback?" + answer, cookie, "cross-site");
            return header_of(handle_callback(back, here.world), "Location");
        });
    }
};
const std::string kInbox = "https://app.example.com/inbox";
const std::string kRejected = "https://app.example.com/?auth_error=identity_rejected";
const std::string kRefused = "https://app.example.com/?auth_error=login_required";

}  // namespace

ON_SHARED_STORES(clocks, I20_a_host_that_is_behind_refuses_logins_until_clockSkew_allows_for_it) {
    Scene scene(address);
    const std::string behind = Login(scene, -kOff).ends(scene, -kOff, Seconds{30});
    cr_expect(behind == kRejected, "behind: %s", behind.c_str());  // "iat lies in the future"
    const std::string told = Login(scene, -kOff).ends(scene, -kOff, kOff);
    cr_expect(told == kInbox, "behind, with clockSkew: %s", told.c_str());
    const std::string ahead = Login(scene, kOff).ends(scene, kOff, Seconds{30});
    cr_expect(ahead == kInbox, "ahead: %s", ahead.c_str());
}

// What is signed is none of the server's business.
ON_SHARED_STORES(clocks, I20_X18_a_server_that_is_off_costs_nothing_where_the_hosts_are_right) {
    Scene scene(address);
    for (const Seconds off : {kOff, -kOff}) {
        scene.server.off = off;
        const Login login(scene, Seconds{0});
        cr_expect(login.ends(scene, Seconds{0}, Seconds{30}) == kInbox);
        const std::string cookie = on_host(scene, Seconds{0}, [&](WorldOnStore& here) {
            return cookie_pair(here.put_session(scene.op, {}, here.time.now()));
        });
        on_host(scene, Seconds{0}, [&](WorldOnStore& here) {
            here.clock.advance(Seconds{6});
            const auto session = shown(here, cookie).value();
            cr_assert(session.has_value());
            cr_expect(refresh_with_provider(*session, RefreshReason::asked_for, here.world).has_value());
            return 0;
        });
    }
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

ON_SHARED_STORES(clocks, C02_a_flow_that_is_valid_is_forgotten_by_no_host) {
    Scene scene(address);
    const Login login(scene, Seconds{0});
    cr_assert(login.ends(scene, Seconds{0}) == kInbox);
    scene.clock.advance(kLoginFlowLifetime - Seconds{1});
    on_host(scene, kOff, [&](WorldOnStore& here) {
        while (here.store.purge(100, here.time.now()).value() == 100) {
        }
        return 0;
    });
    const int asked = scene.op.token_requests();
    cr_expect(login.ends(scene, Seconds{0}) == kInbox);
    cr_expect(eq(int, scene.op.token_requests() - asked, 0), "a code was presented twice");
}

ON_SHARED_STORES(clocks, X08_a_session_is_over_at_the_same_moment_on_every_host) {
    Scene scene(address);
    const std::string cookie = on_host(scene, kOff, [&](WorldOnStore& here) {
        return cookie_pair(here.put_session(scene.op, {}, here.time.now()));  // idle for half an hour
    });
    const auto lives_everywhere = [&](bool wanted) {
        for (const Seconds off : {Seconds{0}, kOff, -kOff}) cr_expect(is_live(scene, off, cookie) == wanted);
    };
    scene.clock.advance(Seconds{1799});
    lives_everywhere(true);
    on_host(scene, -kOff, [&](WorldOnStore& here) {
        const auto session = shown(here, cookie).value();
        cr_expect(touch_session(*session, here.store, Seconds{1800}, here.time.now()).has_value());
        return 0;
    });
    scene.clock.advance(Seconds{1799});
    lives_everywhere(true);
    scene.clock.advance(Seconds{1});
    lives_everywhere(false);
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
            cr_expect(not(needs_refresh(shown(here, cookie).value()->row(), here.time.now())));
            here.clock.advance(Seconds{6});
            // An upstream says that the token is over: so it may be, whatever the host that got it thought.
            refresh(here, RefreshReason::token_rejected);
            return 0;
        });
        cr_expect(eq(int, scene.op.token_requests() - before, 2));
        cr_expect(eq(int, scene.op.reused_refresh_tokens(), 0));
    }
}

// Two processes at one session: one begins a refresh, and the other asks for one just before the first one writes.
struct Rivals {
    Scene& scene;
    std::string cookie = scene.put_session();
    std::string told{};

    Rivals(Scene& where, Seconds off) : scene(where) {
        on_host(scene, Seconds{0}, [&](WorldOnStore& here) {
            here.store.before(StoreOperation::replace, [&, asked = false]() mutable {
                if (!std::exchange(asked, true)) told = status_on_a_host(here, off);
            });
            told = std::to_string(handle_refresh(Scene::post_refresh(cookie), here.world).status) + " and " + told;
            return 0;
        });
    }
    std::string status_on_a_host(WorldOnStore& here, Seconds off) {
        WorldOnStore there(here.store, scene.http, scene.op, here.clock.now() + off, ++scene.worlds);
        there.store.server_clock = &scene.server;
        there.time.keep_in_step();
        return std::to_string(handle_refresh(Scene::post_refresh(cookie), there.world).status);
    }
};

ON_SHARED_STORES(clocks, R02_two_minutes_are_more_than_a_lease_and_nobody_takes_it_early) {
    Scene scene(address);
    for (const Seconds off : {kOff, -kOff}) {
        const Rivals rivals(scene, off);
        cr_expect(rivals.told == "200 and 503", "%s", rivals.told.c_str());
        cr_expect(eq(int, scene.op.reused_refresh_tokens(), 0));
        cr_expect(scene.whole_row(rivals.cookie).has_value());
    }
}

// A host that is seven minutes ahead takes the lease of one that is still at it. The fence lets one of the two write,
// and nothing is torn; but a provider that rotates has seen one refresh token twice, and ends the session. That is why
// such a host says so in its log, and `admin check` does (shared/session/STORE_CONTRACT.md).
ON_SHARED_STORES(clocks, R02_a_clock_that_is_not_followed_costs_at_most_the_session_of_that_moment) {
    Scene scene(address);
    for (const bool rotates : {false, true}) {
        scene.op.knobs.rotate_refresh_tokens = rotates;
        const std::string bystander = scene.put_session();
        const Rivals rivals(scene, kTooFar);
        cr_expect(scene.op.reused_refresh_tokens() == (rotates ? 1 : 0));
        cr_expect(rivals.told == (rotates ? "401 and 401" : "200 and 200"), "%s", rivals.told.c_str());
        cr_expect(scene.whole_row(rivals.cookie).has_value() != rotates);
        cr_expect(scene.whole_row(bystander).has_value());
    }
}

ON_SHARED_STORES(clocks, B16_a_logout_by_sid_reaches_logins_in_flight_whatever_the_clocks_say) {
    Scene scene(address);
    for (const Seconds begins : {kOff, -kOff, Seconds{0}}) {
        scene.op.knobs.sid = "sid of " + std::to_string(begins.count());
        const Login login(scene, begins);
        on_host(scene, begins, [&](WorldOnStore& here) {
            const auto sids = sid_index_keys(here.keys, scene.op.issuer(), *scene.op.knobs.sid);
            return here.store.end_sid(sids, {}, here.time.now() + Seconds{1200}, here.time.now()).value();
        });
        const auto sessions = scene.sessions();
        const std::string lands = login.ends(scene, begins);
        cr_expect(lands == kRefused, "begun at %d s: %s", static_cast<int>(begins.count()), lands.c_str());
        cr_expect(scene.sessions() == sessions);
    }
}

// By sub it matters which logins began before the end.
ON_SHARED_STORES(clocks, B13_a_logout_by_sub_reaches_logins_in_flight_and_no_later_one_wherever_they_began) {
    Scene scene(address);
    const auto lands_at = [&](Seconds begins, Seconds ends, Seconds later) {
        scene.op.knobs.sid.reset();
        scene.op.knobs.subject = "bob " + std::to_string(++scene.worlds);
        const auto end_it = [&] {
            on_host(scene, ends, [&](WorldOnStore& here) {
                const auto subs = sub_index_keys(here.keys, scene.op.issuer(), scene.op.knobs.subject);
                return here.store.end_sub(subs, {}, here.time.now() + Seconds{1200}, here.time.now()).value();
            });
        };
        if (later.count() > 0) end_it();
        scene.clock.advance(later);
        const Login login(scene, begins);
        if (later.count() == 0) end_it();
        return login.ends(scene, Seconds{0});
    };
    for (const Seconds begins : {Seconds{0}, kOff, -kOff}) {
        for (const Seconds ends : {Seconds{0}, kOff, -kOff}) {
            cr_expect(lands_at(begins, ends, Seconds{0}) == kRefused);
            cr_expect(lands_at(begins, ends, Seconds{1}) == kInbox);
        }
    }
}
