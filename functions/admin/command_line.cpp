#include "functions/admin/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <sstream>

#include "config/nearest_name.h"
#include "world/open_store.h"

namespace vestibule::admin {
namespace {

// What the parser fills in; read once parsing succeeded.
struct Words {
    NewKey new_key;
    ListSessions list;
    std::string user, key;
    bool all = false;
    bool json = false;
};

// A subcommand and the command it stands for.
struct Branch {
    CLI::App* app;
    std::function<Command()> command;
};

Output output_of(const Words& words) { return words.json ? Output::json : Output::for_people; }

CLI::App* add(CLI::App& parent, const std::string& name, const std::string& description) {
    return parent.add_subcommand(name, description);
}

void add_json(CLI::App& app, Words& words) { app.add_flag("--json", words.json, "Print JSON, for programs"); }

Branch add_check(CLI::App& app, Words& words) {
    CLI::App* check = add(app, "check", "Say whether configuration, keys, store and provider are usable");
    add_json(*check, words);
    return {check, [&words] { return Check{output_of(words)}; }};
}

Branch add_new_key(CLI::App& app, Words& words) {
    CLI::App* keys = add(app, "keys", "Make keys that seal sessions");
    keys->require_subcommand(1);
    CLI::App* make = add(*keys, "new", "Make a key: print its line, or put it first into a key file");
    make->add_option("--output", words.new_key.file, "Key file to put the new key into; made where it is missing")
        ->type_name("FILE");
    make->add_option("--id", words.new_key.id, "Name of the key: 1-16 of A-Z a-z 0-9 _ - (default: today's date)")
        ->type_name("ID");
    return {make, [&words] { return words.new_key; }};
}

Branch add_list(CLI::App& sessions, Words& words) {
    CLI::App* list = add(sessions, "list", "List live sessions, newest first");
    list->add_option("--user", words.list.user, "Only those of this user: the `sub` the provider gives")
        ->type_name("SUB");
    list->add_option("--limit", words.list.limit, "How many at most")
        ->type_name("N")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    add_json(*list, words);
    return {list, [&words] {
                words.list.output = output_of(words);
                return words.list;
            }};
}

Command end_command(const Words& words, const CLI::App& app) {
    EndSessions end{OneSession{words.key}, output_of(words)};
    if (app.count("--user") > 0) end.whose = OneUser{words.user};
    if (words.all) end.whose = Everybody{};
    return end;
}

Branch add_end(CLI::App& sessions, Words& words) {
    CLI::App* end = add(sessions, "end", "End sessions at once, everywhere");
    CLI::Option_group* whose = end->add_option_group("whose", "One of these");
    whose->add_option("--user", words.user, "All sessions of this user: the `sub` the provider gives")
        ->type_name("SUB");
    whose->add_flag("--all", words.all, "All sessions of everybody");
    whose->add_option("KEY", words.key, "One session: its key as `sessions list` prints it")->type_name("");
    whose->require_option(1);
    add_json(*end, words);
    return {end, [&words, end] { return end_command(words, *end); }};
}

std::vector<Branch> add_commands(CLI::App& app, Words& words) {
    std::vector<Branch> branches;
    branches.push_back(add_check(app, words));
    branches.push_back(add_new_key(app, words));
    branches.push_back({add(app, "migrate", "Bring the store to the schema of this build"), [] { return Migrate{}; }});
    CLI::App* purge = add(app, "purge", "Remove what has expired from the store");
    add_json(*purge, words);
    branches.push_back({purge, [&words] { return Purge{output_of(words)}; }});
    CLI::App* sessions = add(app, "sessions", "List and end sessions");
    sessions->require_subcommand(1);
    branches.push_back(add_list(*sessions, words));
    branches.push_back(add_end(*sessions, words));
    return branches;
}

void set_up(CLI::App& app) {
    app.name("admin");
    app.set_version_flag("--version", "admin " VESTIBULE_VERSION "\nstores: " + stores_of_this_build() + "\n",
                         "Print the version and exit");
    app.require_subcommand(1);
    app.footer(
        "The configuration is the file named by BFF_CONFIG, else /etc/vestibule/config.jsonc.\n"
        "Exit status: 0 done, 1 something is wrong (the reason is on stderr), 2 no such command.");
}

std::vector<std::string> names_in(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        if (!command->get_name().empty()) names.push_back(command->get_name());  // an option group has none
    }
    return names;
}

// CLI11 only says that a command is missing. Nothing where every word that should be a command is one.
std::optional<std::string> problem_with_command(const CLI::App& app, const std::vector<std::string>& words) {
    const CLI::App* at = &app;
    for (const std::string& word : words) {
        const auto names = names_in(*at);
        if (names.empty() || word.starts_with('-')) return std::nullopt;
        if (std::find(names.begin(), names.end(), word) != names.end()) {
            at = at->get_subcommand(word);
            continue;
        }
        const auto meant = nearest_name(word, names);
        return "there is no such command" + (meant ? "; did you mean \"" + *meant + "\"?" : std::string());
    }
    return std::nullopt;
}

NothingToRun why_not(const CLI::App& app, const CLI::ParseError& end, const std::vector<std::string>& words) {
    std::ostringstream out, err;
    if (app.exit(end, out, err) == 0) return {kDone, out.str(), err.str()};
    const auto problem = problem_with_command(app, words);
    return {kMisused,
            {},
            problem ? "admin: " + *problem + "\nRun with --help for more information.\n" : "admin: " + err.str()};
}

}  // namespace

tl::expected<Command, NothingToRun> read_command_line(const std::vector<std::string>& words) {
    CLI::App app("Looks after a Vestibule: checks the set-up, makes keys, migrates, purges, lists and ends sessions.");
    Words read;
    set_up(app);
    const std::vector<Branch> branches = add_commands(app, read);
    try {
        app.parse(std::vector<std::string>(words.rbegin(), words.rend()));  // CLI11 wants them from behind
    } catch (const CLI::ParseError& end) {
        return tl::make_unexpected(why_not(app, end, words));
    }
    const auto chosen = std::find_if(branches.begin(), branches.end(), [](const Branch& b) { return b.app->parsed(); });
    return chosen->command();
}

}  // namespace vestibule::admin
