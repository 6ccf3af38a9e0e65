// kill -9 at every step of a refresh, on every store: what is lost is the request in hand, and where the provider has
// rotated its refresh token and had no chance to see the new one used, the session (checklist R02, R03, R08, X12).
#include <algorithm>

#include "tests/faults/scene.h"
#include "tests/support/doomed_process.h"
#include "tests/support/thorough.h"
#include "world/refresh_with_provider.h"

using namespace vestibule;

namespace {

// How far it had come, and so what the next ones are told. The access token lives on meanwhile: calls of the API are
// answered with it whatever happens here.
struct Phase {
    const char* name;
    const char* at_once;       // POST /auth/refresh, by another process
    const char* after_lease;   // the same, 30 s later, where the provider rotates and detects reuse
    const char* not_rotating;  // and where it does neither
    const char* lost;
};
constexpr Phase kNothingDone{"nothing done", "200", "200", "200", "nothing"};
constexpr Phase kLeased{"lease taken", "503 refresh_busy", "200", "200", "30 s"};
constexpr Phase kAnswered{"answered", "503 refresh_busy", "401 session_ended", "200",
                          "the answer: a login where it rotated"};
constexpr Phase kStored{"stored", "200", "200", "200", "nothing"};

struct Step {
    const char* name;
    const Phase& phase;
};
const Step kSteps[] = {
    {"before store find", kNothingDone},
    {"after store find", kNothingDone},
    {"before store acquire_lease", kNothingDone},
    {"after store acquire_lease", kLeased},
    {"before store cached", kLeased},
    {"after store cached", kLeased},
    {"before POST https://id.example/token", kLeased},
    {"after POST https://id.example/token", kAnswered},
    {"before store cached", kAnswered},
    {"after store cached", kAnswered},
    {"before store replace", kAnswered},
    {"after store replace", kStored},
};

enum class Rotation { on, off };

// A process that refreshes, and dies there.
struct KilledRefresh {
    Scene& scene;
    std::string cookie;
    Death death;

    KilledRefresh(Scene& where, const Doom& doom) : scene(where) {
        cookie = scene.put_session();
        death = run_doomed(doom, scene.http, [&](DoomedProcess& self) {
            const auto store = open_shared_store(scene.address);
            WorldOnStore here(*store, self.provider(), scene.op, scene.clock.now(), ++scene.worlds);
            self.count_operations_of(here.store);
            self.answer(text_of(handle_refresh(Scene::post_refresh(cookie), here.world)));
        });
    }
    // An API call with the access token that lives on.
    bool serves_the_api() const {
        return scene.in_a_process([&](WorldOnStore& here) {
            const auto found =
                find_live_session(fetch_request("GET", "/", cookie), here.store, here.keys, here.clock.now());
            return refresh_with_provider(**found, RefreshReason::expiring, here.world).has_value();
        });
    }
};

void expect_phase(KilledRefresh& killed, const Phase& phase, Rotation rotation, const std::string& where) {
    Scene& scene = killed.scene;
    const char* where_text = where.c_str();
    const auto row = scene.whole_row(killed.cookie);
    cr_assert(row.has_value(), "%s: the session is lost", where_text);
    cr_expect(eq(int, static_cast<int>(row->version), &phase == &kStored ? 2 : 1), "%s", where_text);
    const int asked = scene.op.token_requests();
    const std::string at_once = scene.refreshed(killed.cookie);
    cr_expect(at_once == phase.at_once, "%s: at once %s", where_text, at_once.c_str());
    const bool asks = &phase == &kNothingDone;
    cr_expect(eq(int, scene.op.token_requests() - asked, asks ? 1 : 0), "%s", where_text);
    cr_expect(killed.serves_the_api(), "%s: its living access token is refused", where_text);
    const std::string expected = rotation == Rotation::on ? phase.after_lease : phase.not_rotating;
    const std::string after_lease = scene.refreshed(killed.cookie, Seconds{30});
    cr_expect(after_lease == expected, "%s: after the lease %s", where_text, after_lease.c_str());
    const bool stays = expected == "200";
    cr_expect(scene.whole_row(killed.cookie).has_value() == stays, "%s", where_text);
}

std::string line_of(int number, const Step& step) {
    char line[256];
    std::snprintf(line, sizeof line, "%3d  %-40s %-13s %-17s %-18s %-6s %s\n", number, step.name, step.phase.name,
                  step.phase.at_once, step.phase.after_lease, step.phase.not_rotating, step.phase.lost);
    return line;
}

void kill_at_every_step(const std::string& address, Rotation rotation) {
    Scene scene(address);
    scene.op.knobs.rotate_refresh_tokens = rotation == Rotation::on;
    std::string table =
        "kill -9 of a refresh\n  N  at                                       phase         at once"
        "           after the lease    or     lost\n";
    int number = 0;
    for (const Step& step : kSteps) {
        KilledRefresh killed(scene, at_step(++number));
        const std::string line = line_of(number, step);
        cr_assert(killed.death.killed && killed.death.steps.back() == step.name, "%swas killed at %s", line.c_str(),
                  killed.death.steps.empty() ? "nothing" : killed.death.steps.back().c_str());
        cr_expect(not(killed.death.answer.has_value()));
        expect_phase(killed, step.phase, rotation, line);
        table += line;
    }
    const KilledRefresh whole(scene, at_step(number + 1));
    cr_assert(not(whole.death.killed), "a step is missing in the table: %s", whole.death.steps.back().c_str());
    cr_log_info("%s", table.c_str());
}

}  // namespace

ON_SHARED_STORES(killed_refresh, R02_R03_at_every_step_loses_at_most_the_request_in_hand) {
    kill_at_every_step(address, Rotation::on);
}
ON_SHARED_STORES(killed_refresh, R04_at_every_step_loses_nothing_where_the_refresh_token_stays) {
    kill_at_every_step(address, Rotation::off);
}

// Not only between the operations but within them: half a transaction, half a command on its way.
ON_SHARED_STORES(killed_refresh,
                 X12_in_every_system_call_between_answered_and_stored_leaves_old_or_new_and_nothing_torn) {
    if (!can_stop_in_system_calls()) cr_skip_test("this machine lets nobody trace a process");
    Scene scene(address);
    int old_ones = 0;
    int new_ones = 0;
    for (int number = 1; number < 1000; number += usual_or_thorough(4, 1)) {
        const KilledRefresh killed(scene, in_system_call(number, "after POST"));
        if (!killed.death.killed) break;
        cr_assert(scene.whole_row(killed.cookie).has_value(), "system call %d: the session is lost", number);
        // A server may finish what the dead process had sent, before or after this; either way it is one of two.
        const std::string after_lease = scene.refreshed(killed.cookie, Seconds{30});
        const bool is_new = after_lease == kStored.after_lease;
        cr_assert(is_new || after_lease == kAnswered.after_lease, "system call %d: %s", number, after_lease.c_str());
        cr_assert(scene.whole_row(killed.cookie).has_value() == is_new, "system call %d", number);
        ++(is_new ? new_ones : old_ones);
    }
    cr_log_info("killed within %d places of system calls: %d left the old tokens, %d the new ones", old_ones + new_ones,
                old_ones, new_ones);
    cr_expect(old_ones > 0 && new_ones > 0, "%d and %d", old_ones, new_ones);
}
