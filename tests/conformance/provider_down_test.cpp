// Resilience with real processes: every function starts while the provider is down, says so where it matters, and works
// without a restart once the provider is there; what was fetched once serves a new process while it is down again.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "codec/form.h"
#include "codec/json.h"
#include "tests/support/fastcgi_client.h"
#include "tests/support/raw_http_server.h"
#include "tests/support/started_program.h"
#include "tests/support/text.h"

using namespace vestibule;

namespace {

// Everything in build/bin/ that serves; `make test-programs` builds them first.
std::vector<std::string> functions() {
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(program_beside("../../bin"))) {
        const std::string name = file.path().filename().string();
        if (name != "admin") names.push_back(name);
    }
    cr_assert(names.size() >= 7, "suspiciously few functions: %zu", names.size());
    return names;
}

// Drops every connection until it is up.
struct SwitchedProvider {
    std::atomic<bool> up{false};
    std::atomic<int> asked{0};
    RawHttpServer server{[this](RawConnection& connection) {
        if (connection.read_header().empty()) return;
        ++asked;
        if (!up) return connection.reset();
        const std::string body = metadata();
        connection.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                         std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body);
    }};

    std::string metadata() const {
        const auto url = [&](const char* path) { return Json(server.url(path)); };
        return Json::object({{"issuer", server.url("")},
                             {"authorization_endpoint", url("/authorize")},
                             {"token_endpoint", url("/token")},
                             {"jwks_uri", url("/keys")}})
            .print();
    }
};

struct Installation {
    TemporaryDirectory directory;
    SwitchedProvider op;

    Installation() {
        write("keys", "k1:" + std::string(42, 'A') + "E\n");
        write("secret", "a-client-secret-that-is-long-enough-for-this\n");
        const Json provider = Json::object({{"issuer", op.server.url("")},
                                            {"clientId", "spa"},
                                            {"clientAuth", Json::object({{"secretFile", directory / "secret"}})},
                                            {"timeout", "1s"}});
        write("config", Json::object({{"publicUrl", "http://localhost:8080"},
                                      {"provider", provider},
                                      {"store", "sqlite:" + (directory / "sessions.db")},
                                      {"keysFile", directory / "keys"}})
                            .print());
    }
    void write(std::string_view name, const std::string& content) const {
        std::ofstream(directory / name) << content;
        chmod((directory / name).c_str(), 0600);
    }
    ProgramStart start(const std::string& name, const std::string& argument) const {
        return {{program_beside("../../bin/" + name), argument}, {{"BFF_CONFIG", directory / "config"}}, -1, false};
    }
};

// One function behind a socket of its own.
struct Running {
    Running(const Installation& installation, const std::string& name, const char* socket = "")
        : path(installation.directory / (name + socket)), program(installation.start(name, "--listen=unix:" + path)) {
        program.wait_for_line("\"serving\"");
    }
    // A script of our own page's, or what `more` says it is.
    FastcgiAnswer ask(const std::string& target, const FastcgiParams& more = {}) const {
        const FastcgiParams fetch{{"HTTP_ACCEPT", "application/json"},
                                  {"HTTP_SEC_FETCH_SITE", "same-origin"},
                                  {"HTTP_SEC_FETCH_MODE", "cors"}};
        FastcgiParams params = more.empty() ? fetch : more;
        params.emplace_back("HTTP_HOST", "localhost:8080");
        return FastcgiClient(path).exchange(params_of(target, params));
    }
    int stop() {
        program.signal(SIGTERM);
        return program.wait();
    }
    const std::string path;
    StartedProgram program;
};

FastcgiAnswer ask_until_200(const Running& login) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    for (;;) {
        FastcgiAnswer answer = login.ask("/auth/login");
        if (answer.status().starts_with("200") || std::chrono::steady_clock::now() > give_up) return answer;
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
}

}  // namespace

Test(provider_down, D09_every_function_starts_answers_and_stops_while_the_provider_is_down, .timeout = 120) {
    const Installation installation;
    for (const std::string& name : functions()) {
        Running function(installation, name);
        const FastcgiAnswer answer = function.ask("/auth/" + name);
        cr_expect(answer.ended && not(answer.status().empty()), "%s: %s", name.c_str(), answer.out.c_str());
        cr_expect(not(answer.status().starts_with("500")), "%s: %s", name.c_str(), answer.out.c_str());
        cr_expect(eq(int, function.stop(), 0), "%s: %s", name.c_str(), function.program.log().c_str());
    }
}

Test(provider_down, D09_a_login_is_told_to_come_back_later_and_works_without_a_restart, .timeout = 120) {
    Installation installation;
    Running login(installation, "login");
    const FastcgiAnswer down = login.ask("/auth/login");
    cr_expect(down.status().starts_with("503"), "%s", down.out.c_str());
    cr_expect(not(down.field("Retry-After").empty()));
    cr_expect(eq(str, Json::parse(down.body())->string_at("code").value(), text("provider_unavailable")));
    for (int i = 0; i < 50; ++i) (void)login.ask("/auth/login");
    cr_expect(installation.op.asked < 20, "a dead provider is not hammered: %d", installation.op.asked.load());
    installation.op.up = true;
    const FastcgiAnswer answer = ask_until_200(login);
    cr_assert(answer.status().starts_with("200"), "%s", answer.out.c_str());
    cr_expect(Json::parse(answer.body())
                  ->string_at("authorizationUrl")
                  ->starts_with(installation.op.server.url("/authorize?")));
    cr_expect(eq(int, login.stop(), 0));
}

Test(provider_down, D09_D18_what_was_fetched_once_serves_a_new_process_while_the_provider_is_down, .timeout = 120) {
    Installation installation;
    installation.op.up = true;
    {
        Running first(installation, "login");
        cr_assert(ask_until_200(first).status().starts_with("200"));
        cr_expect(eq(int, first.stop(), 0));
    }
    installation.op.up = false;
    const int asked = installation.op.asked;
    Running second(installation, "login", ".2");
    const FastcgiAnswer answer = second.ask("/auth/login");
    cr_assert(answer.status().starts_with("200"), "%s", answer.out.c_str());
    cr_expect(eq(int, installation.op.asked.load(), +asked), "nobody was asked for it");

    // The way back needs the token endpoint, which is down: the person hears so, and no more.
    const std::string url = Json::parse(answer.body())->string_at("authorizationUrl").value();
    const Form query = Form::parse(url.substr(url.find('?') + 1)).value();
    const std::string cookie = answer.field("Set-Cookie");
    Running callback(installation, "callback");
    const FastcgiAnswer back =
        callback.ask("/auth/callback?code=c&state=" + form_encode(query.single("state").value().value()),
                     {{"HTTP_COOKIE", cookie.substr(0, cookie.find(';'))},
                      {"HTTP_SEC_FETCH_MODE", "navigate"},
                      {"HTTP_SEC_FETCH_DEST", "document"},
                      {"HTTP_SEC_FETCH_SITE", "cross-site"},
                      {"HTTP_ACCEPT", "text/html"}});
    cr_expect(back.status().starts_with("303"), "%s", back.out.c_str());
    cr_expect(eq(str, back.field("Location"), text("http://localhost:8080/?auth_error=unavailable")));
    cr_expect(eq(int, callback.stop(), 0));
}

// --check is the one that may say no: exit 1, and what is wrong in words.
Test(provider_down, D15_check_says_what_is_wrong_and_what_is_out_of_scope_by_name, .timeout = 120) {
    Installation installation;
    StartedProgram check(installation.start("login", "--check"));
    cr_expect(eq(int, check.wait(), 1));
    cr_expect(check.log().find("provider/metadata cannot be fetched") != std::string::npos, "%s", check.log().c_str());
}
