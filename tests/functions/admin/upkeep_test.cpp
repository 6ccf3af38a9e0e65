#include "functions/admin/upkeep.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <algorithm>

#include "functions/admin/check.h"
#include "session/shared_clock.h"
#include "tests/functions/admin/admin_world.h"

using namespace vestibule;
using namespace vestibule::admin;

Test(admin_purge, removes_what_has_expired_in_batches_and_nothing_else) {
    AdminWorld admin;
    for (int i = 0; i < 1'201; ++i) admin.put("user" + std::to_string(i));
    admin.clock.advance(std::chrono::hours{13});
    admin.put("alice");
    cr_assert(eq(int, admin.run(Purge{}), kDone));
    cr_expect(eq(str, admin.out.str(), std::string("1,201 expired records removed\n")));
    cr_expect(eq(sz, admin.live(), 1));
    cr_assert(eq(int, admin.run(Purge{Output::json}), kDone));
    cr_expect(eq(str, admin.out.str(), std::string("{\"removed\":0}\n")));
}

Test(admin_purge, counts_aloud_where_somebody_watches) {
    AdminWorld admin;
    admin.put("alice");
    admin.clock.advance(std::chrono::hours{13});
    const Terminal watched{admin.out, admin.err, Terminal::Progress::live};
    cr_assert(eq(int, purge(Purge{}, admin.world(), watched), kDone));
    cr_expect(admin.err.str().find("\r1 expired record removed") != std::string::npos);
    cr_expect(eq(str, admin.out.str(), std::string("1 expired record removed\n")));
}

Test(admin_migrate, says_that_the_store_is_of_this_build) {
    AdminWorld admin;
    cr_assert(eq(int, admin.run(Migrate{}), kDone));
    cr_expect(eq(str, admin.out.str(), std::string("the store has the schema of this build\n")));
}

Test(admin_check, tells_of_every_part_that_it_is_usable) {
    AdminWorld admin;
    admin.put("alice");
    cr_assert(eq(int, admin.run(Check{}), kDone), "%s", admin.out.str().c_str());
    const std::string wanted =
        "config    ok  https://app.example.com, 0 routes\n"
        "keys      ok  1 key; k1 seals\n"
        "store     ok  1 session, 0 expired and waiting to be purged\n"
        "provider  ok  " +
        admin.config.provider.issuer + " with ";
    cr_expect(admin.out.str().starts_with(wanted), "%s", admin.out.str().c_str());
}

Test(admin_check, X09_what_a_usable_store_puts_at_risk_is_told_with_how_to_mend_it) {
    AdminWorld admin;
    admin.store.advised = {"it forgets; set memory yes"};
    cr_assert(eq(int, admin.run(Check{}), kDone), "%s", admin.out.str().c_str());
    cr_expect(admin.out.str().find("\n          advice  it forgets; set memory yes\n") != std::string::npos, "%s",
              admin.out.str().c_str());
    cr_assert(eq(int, admin.run(Check{Output::json}), kDone));
    const auto told = Json::parse(admin.out.str());
    cr_assert(told.has_value());
    cr_expect(told->print().find(R"("advice":["it forgets; set memory yes"])") != std::string::npos, "%s",
              told->print().c_str());
}

Test(admin_check, X18_a_store_whose_server_lives_in_another_time_is_not_usable) {
    AdminWorld admin;
    FakeClock server(admin.clock.now());
    admin.store.server_clock = &server;
    cr_expect(eq(int, admin.run(Check{}), kDone), "%s", admin.out.str().c_str());
    cr_expect(admin.out.str().find("clock") == std::string::npos);
    server.step_wall_time(std::chrono::minutes{4});
    cr_expect(eq(int, admin.run(Check{}), kDone));
    cr_expect(admin.out.str().find("advice  its server's clock is 4 min ahead of this host's") != std::string::npos,
              "%s", admin.out.str().c_str());
    server.step_wall_time(std::chrono::minutes{-24});
    cr_expect(eq(int, admin.run(Check{}), kFailed));
    cr_expect(
        admin.out.str().find("store     NOT OK  its server's clock is 20 min behind this host's") != std::string::npos,
        "%s", admin.out.str().c_str());
}

Test(admin_check, X18_a_server_that_this_host_goes_by_is_told_all_the_same) {
    AdminWorld admin;
    FakeClock server(admin.clock.now());
    admin.store.server_clock = &server;
    server.step_wall_time(Seconds{-90});
    SharedClock shared(admin.clock, admin.store, admin.log);
    shared.keep_in_step();
    cr_assert(shared.now() == server.now());
    const SessionWorld world{admin.config, shared, admin.random, admin.log, admin.keys, admin.store};
    const auto verdicts = check_world(world, admin.http);
    const auto store =
        std::find_if(verdicts.begin(), verdicts.end(), [](const auto& one) { return one.part == "store"; });
    cr_assert(store != verdicts.end() && store->advice.size() == 1);
    cr_expect(store->advice.front().find("1 min 30 s behind this host's") != std::string::npos, "%s",
              store->advice.front().c_str());
}

Test(admin_check, asks_the_provider_itself_and_names_what_is_wrong) {
    AdminWorld admin;
    const std::string url = discovery_url(admin.config.provider.issuer);
    for (const ScriptedAnswer& answer : {json_answer(404, "{}"), json_answer(200, "<html>"), json_answer(200, "{}"),
                                         failing_answer(ErrorCode::upstream_unreachable)}) {
        admin.http.answer_next(url, answer);
        cr_expect(eq(int, admin.run(Check{}), kFailed));
        cr_expect(admin.out.str().find("provider  NOT OK  ") != std::string::npos, "%s", admin.out.str().c_str());
        cr_expect(admin.out.str().find("store     ok") != std::string::npos, "%s", admin.out.str().c_str());
    }
    cr_expect(eq(sz, admin.http.count(url), 4));
}

Test(admin_check, a_store_that_is_down_does_not_hide_the_provider) {
    AdminWorld admin;
    admin.store.fail_all();
    cr_assert(eq(int, admin.run(Check{Output::json}), kFailed));
    const auto verdict = Json::parse(admin.out.str());
    cr_assert(verdict.has_value());
    cr_expect(verdict->bool_at("usable") == std::optional(false));
    cr_expect(verdict->find("parts")->find("store")->bool_at("usable") == std::optional(false));
    cr_expect(verdict->find("parts")->find("provider")->bool_at("usable") == std::optional(true));
}

Test(admin_check, problems_of_the_configuration_are_told_as_they_are) {
    AdminWorld admin;
    admin.no_world = "the configuration is not usable\nstore: is missing\n";
    cr_assert(eq(int, admin.run(Check{}), kFailed));
    cr_expect(eq(str, admin.err.str(), std::string("admin: the configuration is not usable\nstore: is missing\n")));
    cr_assert(eq(int, admin.run(Check{Output::json}), kFailed));
    const auto verdict = Json::parse(admin.out.str());
    cr_assert(verdict.has_value());
    cr_expect(verdict->find("parts")->find("config")->bool_at("usable") == std::optional(false));
}
