// kill -9 at every step of a login's completion, on every store: what is lost is the login in hand. A browser never has
// two sessions for it, nobody is logged in by halves, and the next login works (checklist C02, C28, S20, X12).
#include "functions/callback/handler.h"
#include "functions/login/handler.h"
#include "tests/faults/scene.h"
#include "tests/support/doomed_process.h"
#include "tests/support/thorough.h"

using namespace vestibule;

namespace {

enum class Renewed { yes, no };

// What follows from how far it had come. The browser had a session before, which the login renews.
struct Phase {
    const char* name;
    Renewed on_reload;  // whether the same answer, sent once more, logs in after all
    bool old_session_lives;
    const char* lost;
};
constexpr Phase kNothingDone{"nothing done", Renewed::yes, true, "nothing: the browser's reload logs in"};
constexpr Phase kConsumed{"flow consumed", Renewed::no, true, "the login; the old session stays"};
constexpr Phase kInserted{"stored", Renewed::no, false, "the login, whose cookie nobody got; the old session was over"};

struct Step {
    const char* name;
    const Phase& phase;
};
const Step kSteps[] = {
    {"before store cached", kNothingDone},
    {"after store cached", kNothingDone},
    {"before store consume_once", kNothingDone},
    {"after store consume_once", kConsumed},
    {"before store find", kConsumed},
    {"after store find", kConsumed},
    {"before POST https://id.example/token", kConsumed},
    {"after POST https://id.example/token", kConsumed},
    {"before store cached", kConsumed},
    {"after store cached", kConsumed},
    {"before store insert", kConsumed},
    {"after store insert", kInserted},
};

// A browser with a session that logs in once more, and the process that completes it dies there.
struct KilledCallback {
    Scene& scene;
    std::string login_cookie;
    std::string old_session;
    std::string query;  // of the way back from the provider
    Death death;

    KilledCallback(Scene& where, const Doom& doom) : scene(where) {
        old_session = landed(begin_and_log_in());
        query = begin_and_log_in();
        death = run_doomed(doom, scene.http, [&](DoomedProcess& self) {
            const auto store = open_shared_store(scene.address);
            WorldOnStore here(*store, self.provider(), scene.op, scene.clock.now(), ++scene.worlds);
            self.count_operations_of(here.store);
            self.answer(text_of(handle_callback(way_back(query), here.world)));
        });
    }
    std::string begin_and_log_in() {
        const std::string cookies = login_cookie + (old_session.empty() ? "" : "; " + old_session);
        const Response response = scene.in_a_process([&](WorldOnStore& here) {
            return handle_login(navigation_request("/auth/login?returnTo=/inbox", cookies), here.world);
        });
        login_cookie = cookie_set_by(response, kLoginCookieName);
        return scene.op.log_in(header_of(response, "Location"));
    }
    Request way_back(const std::string& answer) const {
        return navigation_request("/auth/callback?" + answer, login_cookie, "cross-site");
    }
    // The session that this answer logs in to; "" where it makes none, without an error.
    std::string landed(const std::string& answer) {
        const Response response =
            scene.in_a_process([&](WorldOnStore& here) { return handle_callback(way_back(answer), here.world); });
        const std::string location = header_of(response, "Location");
        cr_expect(location == "https://app.example.com/inbox", "lands at %s", location.c_str());
        return cookie_set_by(response, kSessionCookieName);
    }
};

void expect_phase(KilledCallback& killed, const Phase& phase, const char* where) {
    Scene& scene = killed.scene;
    cr_expect(scene.whole_row(killed.old_session).has_value() == phase.old_session_lives, "%s", where);
    cr_expect(scene.sessions() == 1, "%s: %d sessions", where, static_cast<int>(scene.sessions()));
    const std::string reloaded = killed.landed(killed.query);
    cr_expect(reloaded.empty() == (phase.on_reload == Renewed::no), "%s: reload", where);
    cr_expect(scene.sessions() == 1, "%s: %d sessions", where, static_cast<int>(scene.sessions()));
    const std::string again = killed.landed(killed.begin_and_log_in());
    cr_expect(scene.whole_row(again).has_value(), "%s: the next login", where);
    cr_expect(not(scene.whole_row(killed.old_session).has_value()), "%s: the old session", where);
    cr_expect(scene.sessions() == 1, "%s: %d sessions", where, static_cast<int>(scene.sessions()));
}

void end_everybody(Scene& scene) {
    scene.in_a_process([&](WorldOnStore& here) {
        const auto rows = here.store.list({}, 100, scene.clock.now()).value();
        for (const SessionRow& row : rows) (void)here.store.erase(row.key, scene.clock.now()).value();
    });
}

std::string line_of(int number, const Step& step) {
    char line[256];
    std::snprintf(line, sizeof line, "%3d  %-40s %-14s %s\n", number, step.name, step.phase.name, step.phase.lost);
    return line;
}

}  // namespace

ON_SHARED_STORES(killed_callback, C02_S20_at_every_step_loses_at_most_the_login_in_hand) {
    Scene scene(address);
    std::string table =
        "kill -9 of a login's completion\n  N  at                                       phase          lost\n";
    int number = 0;
    for (const Step& step : kSteps) {
        end_everybody(scene);
        KilledCallback killed(scene, at_step(++number));
        const std::string line = line_of(number, step);
        cr_assert(killed.death.killed && killed.death.steps.back() == step.name, "%swas killed at %s", line.c_str(),
                  killed.death.steps.empty() ? "nothing" : killed.death.steps.back().c_str());
        cr_expect(not(killed.death.answer.has_value()));
        expect_phase(killed, step.phase, line.c_str());
        table += line;
    }
    end_everybody(scene);
    const KilledCallback whole(scene, at_step(number + 1));
    cr_assert(not(whole.death.killed), "a step is missing in the table: %s", whole.death.steps.back().c_str());
    cr_log_info("%s", table.c_str());
}

ON_SHARED_STORES(killed_callback, X12_in_every_system_call_of_the_insert_leaves_the_old_session_or_the_new_one) {
    if (!can_stop_in_system_calls()) cr_skip_test("this machine lets nobody trace a process");
    Scene scene(address);
    int old_ones = 0;
    int new_ones = 0;
    for (int number = 1; number < 1000; number += usual_or_thorough(4, 1)) {
        end_everybody(scene);
        KilledCallback killed(scene, in_system_call(number, "before store insert"));
        if (!killed.death.killed) break;
        cr_assert(scene.sessions() == 1, "system call %d: %d sessions", number, static_cast<int>(scene.sessions()));
        ++(scene.whole_row(killed.old_session).has_value() ? old_ones : new_ones);
        const std::string again = killed.landed(killed.begin_and_log_in());
        cr_assert(scene.whole_row(again).has_value(), "system call %d: the next login", number);
        cr_assert(scene.sessions() == 1, "system call %d: %d sessions", number, static_cast<int>(scene.sessions()));
    }
    cr_log_info("killed within %d places of system calls: %d left the old session, %d the new one", old_ones + new_ones,
                old_ones, new_ones);
    cr_expect(old_ones > 0 && new_ones > 0, "%d and %d", old_ones, new_ones);
}
