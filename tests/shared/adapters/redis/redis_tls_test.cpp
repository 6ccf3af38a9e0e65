// TLS to the server: whose certificate is believed, and whose is not (checklist X09; peers D6 #40).
#include <cstdlib>
#include <filesystem>

#include "tests/shared/adapters/redis/store_on_redis.h"
#include "tests/support/raw_http_server.h"

using namespace vestibule;

static std::unique_ptr<TemporaryDirectory> files;

static void stop_all() {
    stop_servers();
    files.reset();
}

TestSuite(redis_tls, .fini = stop_all, .timeout = 60);

static void run(const std::string& command) {
    cr_assert(std::system(("cd '" + *files / "." + "' && (" + command + ") >>openssl.log 2>&1").c_str()) == 0, "%s",
              command.c_str());
}

// An authority, and of it a certificate for `names` and one for us.
static void make_certificates(const std::string& names) {
    files = std::make_unique<TemporaryDirectory>();
    const std::string key = "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes ";
    run(key + "-x509 -days 2 -subj /CN=authority -keyout ca.key -out ca.pem");
    run(key + "-x509 -days 2 -subj /CN=another -keyout other.key -out other.pem");
    for (const std::string who : {"server", "client"}) {
        run(key + "-subj /CN=" + who + " -keyout " + who + ".key -out " + who + ".csr");
        run("printf 'subjectAltName=" + (who == "server" ? names : "DNS:client") + "' > " + who + ".ext");
        run("openssl x509 -req -days 2 -in " + who + ".csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile " + who +
            ".ext -out " + who + ".pem");
    }
}

static RedisServer& start_tls_server(const std::string& names, const char* clients = "no") {
    make_certificates(names);
    return start_server({"--tls-cert-file", *files / "server.pem", "--tls-key-file", *files / "server.key",
                         "--tls-ca-cert-file", *files / "ca.pem", "--tls-auth-clients", clients},
                        RedisListening::tls_port);
}

static std::string url_at(const RedisServer& server, const std::string& host, const std::string& options = "") {
    return "rediss://" + host + ":" + std::to_string(server.port()) + "?ca=" + *files / "ca.pem" + options;
}

Test(redis_tls, a_certificate_for_the_address_or_the_name_is_believed) {
    RedisServer& server = start_tls_server("IP:127.0.0.1,DNS:localhost");
    const auto by_address = open_store(url_at(server, "127.0.0.1"));
    cr_expect(insert(*by_address, "a"));
    const auto by_name = open_store(url_at(server, "localhost"));
    cr_expect(is_there(*by_name, "a"));
    cr_expect(by_name->check().has_value());
    NewSession large = session_of("large");
    large.row.sealed.access_token = std::string(300'000, 'x');  // many records
    cr_expect(by_name->insert(large, kNow).has_value());
    cr_expect(by_address->find({"large"}, kNow).value()->sealed == large.row.sealed);
}

Test(redis_tls, a_certificate_for_another_name_is_not) {
    RedisServer& server = start_tls_server("DNS:elsewhere.example,IP:127.0.0.2");
    expect_unavailable(open_store(url_at(server, "127.0.0.1"))->find({"a"}, kNow), "find", "IP address mismatch");
    expect_unavailable(open_store(url_at(server, "localhost"))->find({"a"}, kNow), "find", "ostname mismatch");
}

Test(redis_tls, a_certificate_of_an_unknown_authority_is_not) {
    RedisServer& server = start_tls_server("IP:127.0.0.1");
    const std::string at = "rediss://127.0.0.1:" + std::to_string(server.port());
    expect_unavailable(open_store(at)->find({"a"}, kNow), "find", "TLS: ");  // the system's authorities
    expect_unavailable(open_store(at + "?ca=" + *files / "other.pem")->find({"a"}, kNow), "find", "TLS: ");
    expect_unavailable(open_store(at + "?ca=/nowhere/ca.pem")->find({"a"}, kNow), "find", "/nowhere/ca.pem");
    cr_expect(server.tell({"DBSIZE"}) == "0");
}

Test(redis_tls, a_server_that_asks_who_we_are_is_shown_our_certificate) {
    RedisServer& server = start_tls_server("IP:127.0.0.1", "yes");
    cr_expect(not(open_store(url_at(server, "127.0.0.1"))->find({"a"}, kNow).has_value()));
    const std::string ours = "&cert=" + *files / "client.pem" + "&key=" + *files / "client.key";
    cr_expect(insert(*open_store(url_at(server, "127.0.0.1", ours)), "a"));
}

Test(redis_tls, a_restart_between_two_calls_is_not_noticed) {
    RedisServer& server = start_tls_server("IP:127.0.0.1");
    const auto store = open_store(url_at(server, "127.0.0.1"));
    cr_assert(insert(*store, "a"));
    server.tell({"CLIENT", "KILL", "TYPE", "normal"});
    usleep(50'000);
    cr_expect(store->erase({"a"}, kNow).has_value());
    server.kill();
    server.start();
    cr_expect(insert(*store, "b"));
}

Test(redis_tls, a_frozen_server_holds_nobody_longer_than_the_limit) {
    RedisServer& server = start_tls_server("IP:127.0.0.1");
    const auto store = open_store(url_at(server, "127.0.0.1"), {.time_limit = Milliseconds{500}});
    server.freeze();  // in the handshake
    const auto took = time_of([&] { cr_expect(not(store->find({"a"}, kNow).has_value())); });
    cr_expect(took < Milliseconds{4000}, "%ld ms", static_cast<long>(took.count()));
    server.thaw();
    cr_expect(comes_back(*store));
}

Test(redis_tls, a_server_without_TLS_is_unavailable_and_told_nothing) {
    std::string told;
    RawHttpServer plain([&](RawConnection& connection) {
        told = connection.read(1);
        connection.write("-ERR what is that\r\n");
        connection.wait_until_closed();
    });
    const auto store = open_store("rediss://:secret@" + plain.authority(), {.time_limit = Milliseconds{2000}});
    expect_unavailable(store->find({"a"}, kNow), "find", "TLS: ");
    cr_expect(told == "\x16");  // a handshake record, no password
}

Test(redis_tls, a_key_that_others_can_read_is_refused) {
    make_certificates("IP:127.0.0.1");
    const std::string url = "rediss://127.0.0.1?cert=" + *files / "client.pem" + "&key=" + *files / "client.key";
    run("chmod 600 client.key");
    cr_expect(open_redis_store(url).has_value());
    run("chmod 644 client.key");
    const auto refused = open_redis_store(url);
    cr_assert(not(refused.has_value()));
    cr_expect(refused.error().detail.find("chmod 600") != std::string::npos, "%s", refused.error().detail.c_str());
}
