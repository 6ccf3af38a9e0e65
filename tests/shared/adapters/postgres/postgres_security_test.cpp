// Who may reach the store in PostgreSQL, and whom the store believes (checklist X09, X10; peers D6 #40).
#include <fstream>
#include <map>

#include "tests/shared/adapters/postgres/store_on_postgres.h"
#include "tests/support/postgres_schema.h"
#include "tests/support/postgres_server.h"
#include "tests/support/started_program.h"
#include "tests/support/test_authority.h"

using namespace vestibule;

TestSuite(postgres_security, .timeout = 120);

// The user who set it up is trusted, everybody else has to say a password.
static const std::map<std::string, std::string> kPasswords{
    {"pg_hba.conf", "local all vestibule trust\nlocal all all scram-sha-256\n"}};

Test(postgres_security, a_wrong_password_is_unavailable_and_never_repeated) {
    const PostgresServer server(kPasswords);
    must(must(open_postgres_store(server.address()))->migrate());
    ask_postgres(server.address(), "CREATE ROLE app LOGIN SUPERUSER PASSWORD 'p%40ss CANARY'");
    const auto right = must(open_postgres_store(server.address_of("app:p%2540ss%20CANARY")));
    cr_expect(inserted(*right, "a"));
    const auto wrong = must(open_postgres_store(server.address_of("app:CANARY")));
    expect_unavailable(wrong->find({"a"}, kNow), "password authentication failed");
    expect_unavailable(wrong->check(), "password authentication failed");
    expect_unavailable(must(open_postgres_store(server.address_of("app")))->find({"a"}, kNow), "password");
}

Test(postgres_security, a_role_out_of_connections_is_unavailable_until_one_is_free) {
    const PostgresServer server(kPasswords);
    must(must(open_postgres_store(server.address()))->migrate());
    ask_postgres(server.address(),
                 "CREATE ROLE app LOGIN PASSWORD 'x' CONNECTION LIMIT 1;"
                 "GRANT ALL ON ALL TABLES IN SCHEMA public TO app");
    auto first = must(open_postgres_store(server.address_of("app:x")));
    const auto second = must(open_postgres_store(server.address_of("app:x")));
    cr_assert(inserted(*first, "a"));
    expect_unavailable(second->find({"a"}, kNow), "too many connections");
    cr_expect(is_there(*first, "a"));
    first.reset();
    bool found = false;  // the server takes its time to notice that the connection has gone
    for (int tries = 0; tries < 100 && !found; ++tries) {
        const auto session = second->find({"a"}, kNow);
        found = session.has_value() && session->has_value();
    }
    cr_expect(found);
}

// Runs the statements that schema/postgres/README.md tells operators to run. The address of what they made.
static std::string set_up_as_published(const PostgresServer& server) {
    std::ifstream file("schema/postgres/README.md");
    std::string address = server.address(), line, statement;
    while (std::getline(file, line) && line != "```sql") {
    }
    int statements = 0;
    while (std::getline(file, line) && line != "```") {
        if (line.starts_with("\\c ")) {  // psql's: what follows runs in that database
            address.replace(address.find("/postgres?"), 10, "/" + line.substr(3) + "?");
            continue;
        }
        statement += line + "\n";
        if (!line.ends_with(';')) continue;
        ask_postgres(address, statement);
        statement.clear();
        ++statements;
    }
    cr_assert(statements >= 6, "the README has no setting up: %d statements", statements);
    return address;
}

static std::string as_role(std::string address, const std::string& role) {
    return address.replace(address.find("vestibule@"), 10, role + "@");
}

static void expect_denied(const std::string& address, const char* sql) {
    const auto connection = must(connect_to_postgres(address, Milliseconds{20'000}));
    const auto done = connection->execute(sql);
    cr_assert(not(done.has_value()), "%s", sql);
    const std::string& why = done.error().detail;
    cr_expect(why.find("permission denied") != why.npos || why.find("must be owner") != why.npos, "%s: %s", sql,
              why.c_str());
}

Test(postgres_security, X10_the_published_roles_are_enough_and_the_running_one_may_not_change_the_schema) {
    const PostgresServer server;
    const std::string address = set_up_as_published(server);
    const std::string app = as_role(address, "vestibule_app");
    const auto store = must(open_postgres_store(app));
    cr_expect(not(store->migrate().has_value()));
    must(must(open_postgres_store(as_role(address, "vestibule_owner")))->migrate());
    must(store->migrate());  // nothing is left to do
    must(store->check());
    NewSession limited = session_of("a");
    limited.limit = SessionLimit{{limited.row.sub}, 1};
    limited.replaces_browser = {limited.row.browser};
    cr_expect(must(store->insert(limited, kNow)) == InsertOutcome::inserted);
    cr_expect(std::holds_alternative<Lease>(must(store->acquire_lease({"a"}, Seconds{20}, kNow))));
    cr_expect(must(store->consume_once(OnceKind::flow, "f", kNow + Seconds{9}, kNow)));
    must(store->cache("document", {"sealed", kNow}));
    must(store->end_sid({{"sid"}}, {}, kNow + Seconds{9}, kNow));
    cr_expect(must(store->end_sub({{"somebody"}}, {}, kNow + Seconds{9}, kNow)) == 1);
    must(store->refuse_logins_in_flight(kNow + Seconds{9}, kNow));
    cr_expect(must(store->purge(100, kNow + Seconds{10'000})) > 0);
    must(store->statistics(kNow));
    for (const char* sql : {"DROP TABLE session", "ALTER TABLE session ADD COLUMN x text", "TRUNCATE session",
                            "CREATE TABLE mine (x text)", "DROP INDEX session_by_sub"}) {
        expect_denied(app, sql);
    }
}

// --- TLS ---

static std::unique_ptr<PostgresServer> tls_server(const Issued& certificate) {
    auto server =
        std::make_unique<PostgresServer>(std::map<std::string, std::string>{{"server.crt", certificate.certificates},
                                                                            {"server.key", certificate.key},
                                                                            {"postgresql.auto.conf", "ssl = on\n"}},
                                         PostgresListening::port);
    must(must(open_postgres_store(server->address()))->migrate());
    return server;
}

// At the server, under the name `host`, trusting `authorities`.
static std::unique_ptr<SessionStore> store_at(const PostgresServer& server, const std::string& host,
                                              const std::string& authorities) {
    return must(open_postgres_store("postgresql://vestibule:CANARY@" + host + ":" + std::to_string(server.port()) +
                                    "/postgres?hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert=" + authorities));
}

static std::string write_to(const TemporaryDirectory& files, const char* name, const std::string& text) {
    std::ofstream(files / name) << text;
    return files / name;
}

Test(postgres_security, X09_a_certificate_for_the_name_of_a_known_authority_is_believed_and_no_other) {
    const TemporaryDirectory files;
    const TestAuthority authority, other;
    const std::string known = write_to(files, "ca.pem", authority.certificate());
    const std::string unknown = write_to(files, "other.pem", other.certificate());
    const auto server = tls_server(authority.issue({.host = "db.example.com"}));
    cr_expect(inserted(*store_at(*server, "db.example.com", known), "a"));
    expect_unavailable(store_at(*server, "elsewhere.example.com", known)->find({"a"}, kNow),
                       "does not match host name");
    expect_unavailable(store_at(*server, "db.example.com", unknown)->find({"a"}, kNow), "SSL error");
    expect_unavailable(store_at(*server, "db.example.com", files / "nowhere.pem")->find({"a"}, kNow), "nowhere.pem");
}

Test(postgres_security, X09_a_certificate_that_signs_itself_or_is_over_is_not_believed) {
    const TemporaryDirectory files;
    const TestAuthority authority;
    const std::string known = write_to(files, "ca.pem", authority.certificate());
    const auto itself = tls_server(TestAuthority::self_signed({.host = "db.example.com"}));
    expect_unavailable(store_at(*itself, "db.example.com", known)->find({"a"}, kNow), "certificate verify failed");
    const auto over = tls_server(authority.issue({.host = "db.example.com", .from_days = -9, .until_days = -2}));
    expect_unavailable(store_at(*over, "db.example.com", known)->find({"a"}, kNow), "certificate");
}

Test(postgres_security, X09_a_server_without_TLS_is_unavailable) {
    const TemporaryDirectory files;
    const std::string known = write_to(files, "ca.pem", TestAuthority().certificate());
    const PostgresServer server({}, PostgresListening::port);
    expect_unavailable(store_at(server, "db.example.com", known)->find({"a"}, kNow), "does not support SSL");
}

Test(postgres_security, X10_beyond_this_machine_the_host_is_proven_unless_the_configuration_says_otherwise) {
    const auto parameters = [](const std::string& address, StoreTls tls) {
        return must(parse_postgres_address(address, tls, Milliseconds{5000}));
    };
    const auto proven = parameters("postgresql://me@db1,db2/x", StoreTls::proves_the_host);
    cr_assert(eq(sz, proven.size(), 2));
    for (const PostgresParameters& host : proven) {
        cr_expect(host.at("sslmode") == "verify-full");
        cr_expect(host.at("sslrootcert").starts_with("/etc/ssl/"));
    }
    const std::string plain = "postgresql://me@db/x?sslmode=disable";
    cr_expect(parameters(plain, StoreTls::as_the_address_says).front().at("sslmode") == "disable");
    cr_expect(not(parse_postgres_address(plain, StoreTls::proves_the_host, Milliseconds{5000}).has_value()));
}

Test(postgres_security, X10_a_name_that_begins_as_a_loopback_address_is_another_host) {
    const auto hosts = must(parse_postgres_address("postgresql://me@127.db.example,127.0.0.2/x",
                                                   StoreTls::proves_the_host, Milliseconds{5000}));
    cr_assert(eq(sz, hosts.size(), 2));
    cr_expect(hosts[0].contains("sslmode") && hosts[0].at("sslmode") == "verify-full");
    cr_expect(not(hosts[1].contains("sslmode")));
    cr_expect(not(open_postgres_store("postgresql://me@/x?hostaddr=127.db.example&sslmode=disable").has_value()));
}

Test(postgres_security, X10_the_environment_of_libpq_leads_to_no_other_host) {
    const auto hosts = must(
        parse_postgres_address("postgresql://me@/x?hostaddr=127.0.0.1", StoreTls::proves_the_host, Milliseconds{5000}));
    cr_expect(hosts.front().at("host") == "127.0.0.1");
    for (const char* variable : {"PGHOSTADDR", "PGSERVICE"}) {
        cr_expect(open_postgres_store("postgresql://me@localhost/x").has_value());
        setenv(variable, "192.0.2.1", 1);
        const auto refused = open_postgres_store("postgresql://me@localhost/x");
        cr_assert(not(refused.has_value()), "%s", variable);
        cr_expect(refused.error().detail.find(variable) != std::string::npos);
        unsetenv(variable);
    }
}
