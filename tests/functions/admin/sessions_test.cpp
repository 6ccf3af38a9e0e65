#include "functions/admin/sessions.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "functions/admin/session_key_text.h"
#include "session/login_flow.h"
#include "tests/functions/admin/admin_world.h"

using namespace vestibule;
using namespace vestibule::admin;

Test(admin_sessions, the_list_is_a_table_with_the_newest_first) {
    AdminWorld admin;
    const SessionKey old = admin.put("alice");
    admin.clock.advance(std::chrono::minutes{10});
    const SessionKey young = admin.put("bob");
    cr_assert(eq(int, admin.run(ListSessions{}), kDone));
    const std::string wanted = "KEY               CREATED               IDLE ENDS IN  ENDS IN      REFRESHES\n" +
                               print_short_key(young) + "  2026-01-01T00:10:00Z  30 min        12 h         0\n" +
                               print_short_key(old) +
                               "  2026-01-01T00:00:00Z  20 min        11 h 50 min  0\n"
                               "\n"
                               "2 sessions\n";
    cr_expect(eq(str, admin.out.str(), std::string(wanted)));
    cr_expect(eq(str, admin.err.str(), std::string("")));
}

Test(admin_sessions, the_list_of_one_user_holds_no_other) {
    AdminWorld admin;
    admin.put("alice");
    const SessionKey bobs = admin.put("bob");
    ListSessions command;
    command.user = "bob";
    cr_assert(eq(int, admin.run(command), kDone));
    cr_expect(admin.out.str().find(print_short_key(bobs)) != std::string::npos);
    cr_expect(admin.out.str().ends_with("\n1 session\n"), "%s", admin.out.str().c_str());
    command.user = "carol";
    cr_assert(eq(int, admin.run(command), kDone));
    cr_expect(eq(str, admin.out.str(), std::string("0 sessions\n")));
}

Test(admin_sessions, a_list_that_is_cut_off_says_so) {
    AdminWorld admin;
    for (int i = 0; i < 5; ++i) admin.put("user" + std::to_string(i));
    ListSessions command;
    command.limit = 3;
    cr_assert(eq(int, admin.run(command), kDone));
    cr_expect(admin.out.str().ends_with("\n3 of 5 sessions; --limit shows more\n"), "%s", admin.out.str().c_str());
}

Test(admin_sessions, the_list_in_json_has_whole_keys_and_times) {
    AdminWorld admin;
    const SessionKey key = admin.put("alice");
    ListSessions command;
    command.output = Output::json;
    cr_assert(eq(int, admin.run(command), kDone));
    const auto list = Json::parse(admin.out.str());
    cr_assert(list.has_value());
    const Json& session = list->find("sessions")->as_array().at(0);
    cr_expect(session.string_at("key") == std::optional(print_key(key)));
    cr_expect(session.string_at("expiresAt") == std::optional<std::string>("2026-01-01T12:00:00Z"));
    cr_expect(parse_key(*session.string_at("key")) == std::optional(key));
}

Test(admin_sessions, all_sessions_of_a_user_end_and_nobody_elses) {
    AdminWorld admin;
    admin.put("alice");
    admin.put("alice");
    const SessionKey bobs = admin.put("bob");
    cr_assert(eq(int, admin.run(EndSessions{OneUser{"alice"}, Output::for_people}), kDone));
    cr_expect(eq(str, admin.out.str(), std::string("2 sessions ended\n")));
    cr_expect(admin.store.find(bobs, admin.clock.now()).value().has_value());
    cr_expect(eq(sz, admin.live(), 1));
}

Test(admin_sessions, a_login_that_was_under_way_does_not_survive_the_end_of_its_user) {
    AdminWorld admin;
    const WallTime began = admin.clock.now();
    cr_assert(eq(int, admin.run(EndSessions{OneUser{"alice"}, Output::for_people}), kDone));
    admin.clock.advance(kLoginFlowLifetime - Seconds{1});
    SessionRow row;
    row.key = SessionKey{std::string(32, 'k')};
    row.sub = sub_index_key(admin.keys, admin.config.provider.issuer, "alice");
    row.idle_expires_at = row.expires_at = admin.clock.now() + Seconds{100};
    const auto outcome = admin.store.insert({row, began, std::nullopt}, admin.clock.now());
    cr_assert(outcome.has_value());
    cr_expect(outcome.value() == InsertOutcome::ended_meanwhile);
}

Test(admin_sessions, everybody_ends_in_more_than_one_batch) {
    AdminWorld admin;
    for (int i = 0; i < 1'203; ++i) admin.put("user" + std::to_string(i));
    cr_assert(eq(int, admin.run(EndSessions{Everybody{}, Output::for_people}), kDone));
    cr_expect(eq(str, admin.out.str(), std::string("1,203 sessions ended\n")));
    cr_expect(eq(sz, admin.live(), 0));
}

Test(admin_sessions, one_session_ends_by_its_whole_key_or_its_beginning) {
    AdminWorld admin;
    const SessionKey first = admin.put("alice");
    const SessionKey second = admin.put("alice");
    cr_assert(eq(int, admin.run(EndSessions{OneSession{print_key(first)}, Output::for_people}), kDone));
    cr_expect(eq(sz, admin.live(), 1));
    cr_assert(eq(int, admin.run(EndSessions{OneSession{print_short_key(second)}, Output::json}), kDone));
    cr_expect(eq(str, admin.out.str(), std::string("{\"ended\":1}\n")));
    cr_expect(eq(sz, admin.live(), 0));
}

Test(admin_sessions, a_key_that_names_no_single_session_ends_nothing) {
    AdminWorld admin;
    const SessionKey key = admin.put("alice");
    SessionRow twin = admin.store.find(key, admin.clock.now()).value().value();
    twin.key.octets.back() = static_cast<char>(twin.key.octets.back() ^ 1);
    cr_assert(admin.store.insert({twin, admin.clock.now(), std::nullopt}, admin.clock.now()).has_value());
    for (const std::string& text : {print_short_key(key), std::string(64, '0'), std::string("00000000"),
                                    std::string("abc"), std::string("not a key"), std::string("")}) {
        cr_expect(eq(int, admin.run(EndSessions{OneSession{text}, Output::for_people}), kFailed), "%s", text.c_str());
        cr_expect(eq(str, admin.out.str(), std::string("")));
        cr_expect(admin.err.str().starts_with("admin: sessions were not ended: "), "%s", admin.err.str().c_str());
    }
    cr_expect(eq(sz, admin.live(), 2));
    cr_expect(not(admin.log.has("sessions.ended_by_operator")));
}

Test(admin_sessions, every_ending_is_logged_without_the_users_name_G05_G08) {
    AdminWorld admin;
    admin.put("alice-canary");
    cr_assert(eq(int, admin.run(EndSessions{OneUser{"alice-canary"}, Output::for_people}), kDone));
    const auto event = admin.log.last("sessions.ended_by_operator");
    cr_assert(event.has_value());
    cr_expect(eq(str, event->text("scope"), std::string("user")));
    cr_expect(event->field("count") == std::optional<LogValue>(std::int64_t{1}));
    cr_expect(admin.log.text().find("canary") == std::string::npos);
}

Test(admin_sessions, a_store_that_is_down_is_said_and_nothing_claimed) {
    AdminWorld admin;
    admin.store.fail_all();
    for (const Command& command :
         std::vector<Command>{ListSessions{}, EndSessions{OneUser{"alice"}, {}}, EndSessions{Everybody{}, {}},
                              EndSessions{OneSession{std::string(64, 'a')}, {}}, Purge{}, Migrate{}}) {
        cr_expect(eq(int, admin.run(command), kFailed));
        cr_expect(eq(str, admin.out.str(), std::string("")));
        cr_expect(admin.err.str().starts_with("admin: "), "%s", admin.err.str().c_str());
    }
}

Test(admin_sessions, one_is_shown_with_all_its_times_and_nothing_that_is_in_it) {
    AdminWorld admin;
    const SessionKey key = admin.put("alice");
    admin.clock.advance(std::chrono::minutes{1});
    cr_assert(eq(int, admin.run(ShowSession{print_short_key(key)}), kDone), "%s", admin.err.str().c_str());
    const std::string shown = admin.out.str();
    for (const char* part : {"  2026-01-01T00:00:00Z  1 min ago\n", "in 29 min\n", "in 11 h 59 min\n", "  k1\n"}) {
        cr_expect(shown.find(part) != std::string::npos, "%s in\n%s", part, shown.c_str());
    }
    cr_expect(shown.find("canary") == std::string::npos && shown.find("alice") == std::string::npos);
    cr_assert(eq(int, admin.run(ShowSession{print_key(key), Output::json}), kDone));
    cr_expect(eq(str, Json::parse(admin.out.str())->string_at("key").value(), print_key(key)));
    cr_expect(eq(int, admin.run(ShowSession{std::string(64, '0')}), kFailed));
    cr_expect(eq(int, admin.run(ShowSession{"nonsense"}), kFailed));
}

Test(admin_sessions, S26_ending_everybodys_stops_a_first_login_under_way) {
    AdminWorld admin;
    admin.put("alice");
    NewSession first_login;
    first_login.flow_started_at = admin.clock.now();
    first_login.row.key = {std::string(32, 'n')};
    first_login.row.sub = {std::string(32, 's')};
    first_login.row.idle_expires_at = first_login.row.expires_at = admin.clock.now() + Seconds{60};
    admin.clock.advance(Seconds{5});
    cr_assert(eq(int, admin.run(EndSessions{Everybody{}}), kDone));
    cr_expect(admin.store.insert(first_login, admin.clock.now()).value() == InsertOutcome::ended_meanwhile);
    first_login.flow_started_at = admin.clock.now() + Seconds{1};
    cr_expect(admin.store.insert(first_login, admin.clock.now() + Seconds{1}).value() == InsertOutcome::inserted);
}

Test(admin_sessions, stats_count_what_the_store_holds) {
    AdminWorld admin;
    admin.put("alice");
    admin.put("alice");
    admin.put("bob");
    cr_assert(eq(int, admin.run(Stats{}), kDone));
    cr_expect(admin.out.str().starts_with("live sessions  "), "%s", admin.out.str().c_str());
    cr_expect(admin.out.str().find("  3\nusers with one  ") != std::string::npos, "%s", admin.out.str().c_str());
    cr_assert(eq(int, admin.run(Stats{Output::json}), kDone));
    const auto counted = Json::parse(admin.out.str());
    cr_assert(counted.has_value());
    cr_expect(eq(int, static_cast<int>(counted->find("sessions")->as_integer()), 3));
    cr_expect(eq(int, static_cast<int>(counted->find("expired")->as_integer()), 0));
    admin.store.fail_all();
    cr_expect(eq(int, admin.run(Stats{}), kFailed));
}
