#include "functions/admin/command_line.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "functions/admin/table.h"

using namespace vestibule;
using namespace vestibule::admin;

namespace {

using Words = std::vector<std::string>;

template <class Wanted>
Wanted read_as(Words words) {
    const auto command = read_command_line(std::move(words));
    cr_assert(command.has_value(), "%s", command ? "" : command.error().err.c_str());
    cr_assert(std::holds_alternative<Wanted>(*command));
    return std::get<Wanted>(*command);
}

}  // namespace

Test(admin_command_line, every_command_is_understood) {
    cr_expect(read_as<Check>({"check"}).output == Output::for_people);
    cr_expect(read_as<Check>({"check", "--json"}).output == Output::json);
    (void)read_as<Migrate>({"migrate"});
    cr_expect(read_as<Purge>({"purge", "--json"}).output == Output::json);
    const auto key = read_as<NewKey>({"keys", "new", "--output", "/etc/keys", "--id", "k2"});
    cr_expect(key.file == std::optional<std::string>("/etc/keys"));
    cr_expect(key.id == std::optional<std::string>("k2"));
    cr_expect(not(read_as<NewKey>({"keys", "new"}).file.has_value()));
    const auto rotate = read_as<RotateKeys>({"keys", "rotate", "--file", "/etc/keys", "--id", "k2", "--staged"});
    cr_expect(rotate.file == std::optional<std::string>("/etc/keys") && rotate.id == std::optional<std::string>("k2"));
    cr_expect(rotate.place == RotateKeys::Place::last);
    cr_expect(read_as<RotateKeys>({"keys", "rotate"}).place == RotateKeys::Place::first);
    cr_expect(eq(str, read_as<PromoteKey>({"keys", "promote", "k2"}).id, std::string("k2")));
    cr_expect(read_as<ListKeys>({"keys", "list", "--json"}).output == Output::json);
    cr_expect(read_as<RetireKey>({"keys", "retire", "k1", "--force"}).force == RetireKey::Force::yes);
    cr_expect(eq(str, read_as<ShowSession>({"sessions", "show", "0123abcd"}).key, std::string("0123abcd")));
    cr_expect(read_as<Stats>({"stats", "--json"}).output == Output::json);
    cr_expect(read_as<ListSessions>({"sessions", "list", "--sub", "bob"}).user == std::optional<std::string>("bob"));
    auto list = read_as<ListSessions>({"sessions", "list", "--user", "alice", "--limit", "7", "--json"});
    cr_expect(list.user == std::optional<std::string>("alice"));
    cr_expect(eq(u64, list.limit, 7));
    cr_expect(list.output == Output::json);
    cr_expect(eq(u64, read_as<ListSessions>({"sessions", "list"}).limit, 50));
}

Test(admin_command_line, the_keys_of_the_client_have_commands_of_their_own) {
    cr_expect(eq(str, read_as<NewClientKey>({"keys", "client", "new", "/k"}).file, std::string("/k")));
    cr_expect(eq(str, read_as<NewClientKey>({"keys", "client", "new", "/k"}).algorithm, std::string("ES256")));
    cr_expect(eq(str, read_as<NewClientKey>({"keys", "client", "new", "/k", "--algorithm", "PS256"}).algorithm,
                 std::string("PS256")));
    cr_expect(read_as<ListClientKeys>({"keys", "client", "list", "/k", "--json"}).output == Output::json);
    cr_expect(eq(str, read_as<PublicClientKeys>({"keys", "client", "public", "/k"}).file, std::string("/k")));
    cr_expect(eq(str, read_as<UseClientKey>({"keys", "client", "use", "/k", "a"}).kid, std::string("a")));
    cr_expect(eq(str, read_as<RemoveClientKey>({"keys", "client", "remove", "/k", "a"}).kid, std::string("a")));
    auto made = read_as<NewClientCertificate>({"keys", "certificate", "new", "/c", "/k", "--days", "30"});
    cr_expect(eq(str, made.certificate_file, std::string("/c")));
    cr_expect(made.force == NewClientCertificate::Force::no);
    cr_expect(eq(str, made.key_file, std::string("/k")));
    cr_expect(eq(int, made.days, 30));
    made = read_as<NewClientCertificate>({"keys", "certificate", "new", "/c", "/k", "--force"});
    cr_expect(made.force == NewClientCertificate::Force::yes);
    cr_expect(eq(str, read_as<PublicClientCertificate>({"keys", "certificate", "public", "/c", "/k"}).key_file,
                 std::string("/k")));
    for (const Words& words : {Words{"keys", "client", "new"}, Words{"keys", "client", "use", "/k"},
                               Words{"keys", "certificate", "new", "/c"}, Words{"keys", "client"}})
        cr_expect(not(read_command_line(words).has_value()));
}

Test(admin_command_line, sessions_end_takes_a_user_everybody_or_one_key) {
    cr_expect(eq(str, std::get<OneUser>(read_as<EndSessions>({"sessions", "end", "--user", "alice"}).whose).sub,
                 std::string("alice")));
    cr_expect(eq(str, std::get<OneSession>(read_as<EndSessions>({"sessions", "end", "0123abcd"}).whose).key,
                 std::string("0123abcd")));
    cr_expect(std::holds_alternative<Everybody>(read_as<EndSessions>({"sessions", "end", "--all"}).whose));
    cr_expect(read_as<EndSessions>({"sessions", "end", "--all", "--json"}).output == Output::json);
}

Test(admin_command_line, what_is_no_command_is_status_2_and_says_why) {
    for (const Words& words :
         {Words{}, Words{"chekc"}, Words{"keys"}, Words{"sessions"}, Words{"sessions", "end"},
          Words{"sessions", "end", "--all", "--user", "alice"}, Words{"sessions", "end", "--all", "k"},
          Words{"sessions", "list", "--limit", "0"}, Words{"sessions", "list", "--limit", "many"},
          Words{"check", "extra"}, Words{"purge", "--force"}, Words{"keys", "new", "--output"}}) {
        auto command = read_command_line(words);
        cr_assert(not(command.has_value()), "%s", words.empty() ? "" : words.back().c_str());
        cr_expect(eq(int, command.error().exit_status, kMisused));
        cr_expect(not(command.error().err.empty()));
        cr_expect(command.error().out.empty());
    }
}

Test(admin_command_line, a_mistyped_command_is_answered_with_the_one_that_was_meant) {
    cr_expect(read_command_line({"chekc"}).error().err.starts_with(
        "admin: there is no such command; did you mean \"check\"?\n"));
    cr_expect(read_command_line({"sessions", "lits"})
                  .error()
                  .err.starts_with("admin: there is no such command; did you mean \"list\"?\n"));
    cr_expect(read_command_line({"frobnicate"}).error().err.starts_with("admin: there is no such command\n"));
    cr_expect(read_command_line({"sessions", "end"}).error().err.starts_with("admin: Exactly 1 option"));
}

Test(admin_command_line, help_is_there_for_every_command) {
    for (const Words& words :
         {Words{"--help"}, Words{"check", "--help"}, Words{"keys", "--help"}, Words{"keys", "new", "--help"},
          Words{"migrate", "--help"}, Words{"purge", "--help"}, Words{"sessions", "--help"},
          Words{"sessions", "list", "--help"}, Words{"sessions", "end", "--help"}, Words{"--version"}}) {
        auto command = read_command_line(words);
        cr_assert(not(command.has_value()));
        cr_expect(eq(int, command.error().exit_status, kDone));
        cr_expect(not(command.error().out.empty()));
        cr_expect(command.error().err.empty(), "%s", command.error().err.c_str());
    }
}

Test(admin_table, spans_have_their_two_largest_units) {
    cr_expect(eq(str, print_span(Seconds{0}), std::string("over")));
    cr_expect(eq(str, print_span(Seconds{59}), std::string("59 s")));
    cr_expect(eq(str, print_span(Seconds{1745}), std::string("29 min 5 s")));
    cr_expect(eq(str, print_span(Seconds{3600}), std::string("1 h")));
    cr_expect(eq(str, print_span(Seconds{3601}), std::string("1 h")));
    cr_expect(eq(str, print_span(Seconds{2 * 86400 + 3 * 3600 + 59}), std::string("2 d 3 h")));
    cr_expect(eq(str, print_count(1), std::string("1")));
    cr_expect(eq(str, print_count(1234567), std::string("1,234,567")));
}
