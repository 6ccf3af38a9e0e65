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
    NewClientKey client_key;
    NewClientCertificate certificate;
    std::string kid;
    RotateKeys rotate;
    std::optional<std::string> key_file;
    std::string key_id;
    bool last = false, force = false;
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

Branch add_new_key(CLI::App& keys, Words& words) {
    CLI::App* make =
        add(keys, "new", "Make a key that seals sessions: print its line, or put it first into a key file");
    make->add_option("--output", words.new_key.file, "Key file to put the new key into; made where it is missing")
        ->type_name("FILE");
    make->add_option("--id", words.new_key.id, "Name of the key: 1-16 of A-Z a-z 0-9 _ - (default: today's date)")
        ->type_name("ID");
    return {make, [&words] { return words.new_key; }};
}

void add_key_file(CLI::App& app, Words& words) {
    app.add_option("--file", words.key_file, "Key file (default: the configured one)")->type_name("FILE");
}

Branch add_rotate(CLI::App& keys, Words& words) {
    CLI::App* rotate = add(keys, "rotate", "Put a new key first: it seals from now on, the others still open");
    add_key_file(*rotate, words);
    rotate->add_option("--id", words.rotate.id, "Name of the key (default: today's date)")->type_name("ID");
    rotate->add_flag("--staged", words.last, "Several hosts: put it last, to be promoted once every host has the file");
    return {rotate, [&words] {
                words.rotate.file = words.key_file;
                if (words.last) words.rotate.place = RotateKeys::Place::last;
                return words.rotate;
            }};
}

Branch add_promote(CLI::App& keys, Words& words) {
    CLI::App* promote = add(keys, "promote", "Let a key seal from now on that was staged");
    add_key_file(*promote, words);
    promote->add_option("ID", words.key_id, "The key")->type_name("")->required();
    return {promote, [&words] { return PromoteKey{words.key_id, words.key_file}; }};
}

Branch add_list_keys(CLI::App& keys, Words& words) {
    CLI::App* list = add(keys, "list", "List the keys: which seals, until when the others did, when they may go");
    add_key_file(*list, words);
    add_json(*list, words);
    return {list, [&words] { return ListKeys{words.key_file, output_of(words)}; }};
}

Branch add_retire(CLI::App& keys, Words& words) {
    CLI::App* retire = add(keys, "retire", "Take away a key that no live session needs");
    add_key_file(*retire, words);
    retire->add_option("ID", words.key_id, "The key")->type_name("")->required();
    retire->add_flag("--force", words.force, "Also where sessions may need it: they end");
    return {
        retire, [&words] {
            return RetireKey{words.key_id, words.key_file, words.force ? RetireKey::Force::yes : RetireKey::Force::no};
        }};
}

void add_file(CLI::App& app, std::string& file, const char* name, const char* description) {
    app.add_option(name, file, description)->required()->type_name("");
}

CLI::App* add_for_key_set(CLI::App& client, Words& words, const char* name, const char* description) {
    CLI::App* command = add(client, name, description);
    add_file(*command, words.client_key.file, "FILE", "The private JWK Set: provider.clientAuth.keysFile");
    return command;
}

void add_client_keys(CLI::App& keys, Words& words, std::vector<Branch>& branches) {
    CLI::App* client = add(keys, "client", "The keys this client signs with at the provider (private_key_jwt)");
    client->require_subcommand(1);
    CLI::App* make = add_for_key_set(*client, words, "new", "Make a key and put it last; the first one signs");
    make->add_option("--algorithm", words.client_key.algorithm, "What it signs with")
        ->type_name("ALG")
        ->capture_default_str();
    branches.push_back({make, [&words] { return words.client_key; }});
    CLI::App* list = add_for_key_set(*client, words, "list", "List the keys, and which one signs");
    add_json(*list, words);
    branches.push_back({list, [&words] { return ListClientKeys{words.client_key.file, output_of(words)}; }});
    CLI::App* show = add_for_key_set(*client, words, "public", "Print the public JWK Set, to register at the provider");
    branches.push_back({show, [&words] { return PublicClientKeys{words.client_key.file}; }});
    CLI::App* use = add_for_key_set(*client, words, "use", "Let a key sign: put it first");
    add_file(*use, words.kid, "KID", "The key's id as `list` prints it");
    branches.push_back({use, [&words] { return UseClientKey{words.client_key.file, words.kid}; }});
    CLI::App* remove = add_for_key_set(*client, words, "remove", "Remove a key that does not sign any more");
    add_file(*remove, words.kid, "KID", "The key's id as `list` prints it");
    branches.push_back({remove, [&words] { return RemoveClientKey{words.client_key.file, words.kid}; }});
}

CLI::App* add_for_certificate(CLI::App& parent, Words& words, const char* name, const char* description) {
    CLI::App* command = add(parent, name, description);
    add_file(*command, words.certificate.certificate_file, "CERTIFICATE", "provider.clientAuth.certificateFile");
    add_file(*command, words.certificate.key_file, "KEY", "provider.clientAuth.keyFile");
    return command;
}

void add_certificates(CLI::App& keys, Words& words, std::vector<Branch>& branches) {
    CLI::App* certificate =
        add(keys, "certificate", "The certificate this client presents to the provider (self_signed_tls_client_auth)");
    certificate->require_subcommand(1);
    CLI::App* make = add_for_certificate(*certificate, words, "new", "Make a self-signed certificate and its key");
    make->add_option("--name", words.certificate.name, "Its common name")->type_name("NAME")->capture_default_str();
    make->add_option("--days", words.certificate.days, "How long it is good for")
        ->type_name("N")
        ->check(CLI::Range(1, 3650))
        ->capture_default_str();
    make->add_flag("--force", words.force, "Also over a key and a certificate that are there");
    branches.push_back({make, [&words] {
                            using Force = NewClientCertificate::Force;
                            words.certificate.force = words.force ? Force::yes : Force::no;
                            return words.certificate;
                        }});
    CLI::App* show = add_for_certificate(*certificate, words, "public",
                                         "Print the public JWK Set with the certificate, to register at the provider");
    branches.push_back(
        {show, [&words] {
             return PublicClientCertificate{words.certificate.certificate_file, words.certificate.key_file};
         }});
}

void add_keys(CLI::App& app, Words& words, std::vector<Branch>& branches) {
    CLI::App* keys = add(app, "keys", "The keys that seal sessions, and those of the client at the provider");
    keys->require_subcommand(1);
    for (const auto adds : {add_new_key, add_rotate, add_promote, add_list_keys, add_retire})
        branches.push_back(adds(*keys, words));
    add_client_keys(*keys, words, branches);
    add_certificates(*keys, words, branches);
}

Branch add_list(CLI::App& sessions, Words& words) {
    CLI::App* list = add(sessions, "list", "List live sessions, newest first");
    list->add_option("--user,--sub", words.list.user, "Only those of this user: the `sub` the provider gives")
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

Branch add_show(CLI::App& sessions, Words& words) {
    CLI::App* show = add(sessions, "show", "Show one session: its times, its refreshes, its key");
    show->add_option("KEY", words.key, "Its key as `sessions list` and the log print it")->type_name("")->required();
    add_json(*show, words);
    return {show, [&words] { return ShowSession{words.key, output_of(words)}; }};
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
    whose->add_option("--user,--sub", words.user, "All sessions of this user: the `sub` the provider gives")
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
    add_keys(app, words, branches);
    branches.push_back({add(app, "migrate", "Bring the store to the schema of this build"), [] { return Migrate{}; }});
    CLI::App* purge = add(app, "purge", "Remove what has expired from the store");
    add_json(*purge, words);
    branches.push_back({purge, [&words] { return Purge{output_of(words)}; }});
    CLI::App* stats = add(app, "stats", "Count what the store holds");
    add_json(*stats, words);
    branches.push_back({stats, [&words] { return Stats{output_of(words)}; }});
    CLI::App* sessions = add(app, "sessions", "List, show and end sessions");
    sessions->require_subcommand(1);
    branches.push_back(add_list(*sessions, words));
    branches.push_back(add_show(*sessions, words));
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
