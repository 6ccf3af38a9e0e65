// The programs themselves go by the store's server, from their first request on (checklist X18). Its clock is made
// wrong by a function of the same name that the address of the store puts before PostgreSQL's own.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sys/stat.h>

#include <fstream>

#include "codec/json.h"
#include "tests/support/fastcgi_client.h"
#include "tests/support/postgres_schema.h"
#include "tests/support/started_program.h"

using namespace vestibule;

TestSuite(clock_of_programs, .timeout = 120, .fini = drop_postgres_schema);

namespace {

// With a server that is two minutes ahead of this host.
struct Installation {
    TemporaryDirectory directory;
    const std::string store = fresh_postgres_schema() + "%2Cpg_catalog";

    Installation() {
        ask_postgres(store,
                     "CREATE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql AS"
                     " 'SELECT pg_catalog.clock_timestamp() + interval ''120 s'''");
        write("keys", "k1:" + std::string(42, 'A') + "E\n");
        write("secret", "a-client-secret-that-is-long-enough-for-this\n");
        const Json provider = Json::object({{"issuer", "http://localhost:1"},
                                            {"clientId", "spa"},
                                            {"clientAuth", Json::object({{"secretFile", directory / "secret"}})}});
        write("config", Json::object({{"publicUrl", "http://localhost:8080"},
                                      {"provider", provider},
                                      {"store", store},
                                      {"allowInsecureStore", true},
                                      {"keysFile", directory / "keys"}})
                            .print());
    }
    void write(std::string_view name, const std::string& content) const {
        std::ofstream(directory / name) << content;
        chmod((directory / name).c_str(), 0600);
    }
    ProgramStart start(const std::string& name, const std::vector<std::string>& arguments) const {
        ProgramStart start{{program_beside("../../bin/" + name)}, {{"BFF_CONFIG", directory / "config"}}, -1, false};
        start.arguments.insert(start.arguments.end(), arguments.begin(), arguments.end());
        return start;
    }
};

}  // namespace

Test(clock_of_programs, X18_a_function_goes_by_the_clock_of_the_stores_server) {
    const Installation installation;
    StartedProgram migrate(installation.start("admin", {"migrate"}));
    cr_assert(eq(int, migrate.wait(), 0), "%s", migrate.log().c_str());
    for (const char* name : {"checksession", "login"}) {  // one without a provider, one with it
        const std::string socket = installation.directory / name;
        StartedProgram function(installation.start(name, {"--listen=unix:" + socket}));
        function.wait_for_line("\"serving\"");
        const FastcgiAnswer answer = FastcgiClient(socket).exchange(params_of(
            "/auth/" + std::string(name), {{"HTTP_HOST", "localhost:8080"}, {"HTTP_SEC_FETCH_SITE", "same-origin"}}));
        cr_assert(answer.ended);
        const std::string line = function.wait_for_line("clock.followed");
        const Json event = Json::parse(line).value();
        const auto ahead = event.integer_at("store_ahead_seconds").value_or(0);
        cr_expect(ahead >= 119 && ahead <= 121, "%s: %s", name, line.c_str());
    }
}
