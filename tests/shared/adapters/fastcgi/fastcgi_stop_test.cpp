#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <string>

#include "tests/shared/adapters/fastcgi/serving.h"

using namespace vestibule;

namespace {

using Keep = FastcgiClient::Connection;

constexpr const char* kOk = "200 OK";

}  // namespace

// --- stopping: H29 ---

Test(fastcgi, sigterm_finishes_what_is_in_flight_and_ends_with_0_whatever_is_idle) {
    for (const int number : {SIGTERM, SIGUSR1}) {
        Serving serving;
        const std::string fifo = serving.file("fifo");
        cr_assert(eq(int, mkfifo(fifo.c_str(), 0600), 0));
        FastcgiClient idle(serving.socket());
        cr_assert(eq(str, idle.exchange(params_of("/"), {}, Keep::keep).status(), kOk));
        const FastcgiClient silent(serving.socket());
        FastcgiClient busy(serving.socket());
        busy.begin(Keep::keep);
        busy.params(params_of("/wait?" + fifo));
        busy.end_standard_input();
        std::ofstream other_end(fifo);  // opens once the handler reads it

        serving.program().signal(number);
        serving.program().wait_for_line("\"stopping\"");
        cr_assert(idle.collect().closed);
        other_end.close();
        FastcgiAnswer answer = busy.collect();
        cr_assert(eq(str, answer.body(), "waited"));
        cr_assert(answer.ended);
        cr_assert(eq(int, serving.program().wait(), 0));
        cr_assert(not(eq(int, access(serving.socket().c_str(), F_OK), 0)));
    }
}

Test(fastcgi, a_second_signal_ends_at_once) {
    Serving serving;
    FastcgiClient busy(serving.socket());
    busy.begin(Keep::keep);
    busy.params(params_of("/cancel"));
    busy.end_standard_input();
    serving.program().wait_for_line("\"waiting\"");
    serving.program().signal(SIGTERM);
    serving.program().wait_for_line("\"stopping\"");
    serving.program().signal(SIGTERM);
    cr_assert(eq(int, serving.program().wait(), 1));
}

// --- the log ---

// G03, G04: no query, a request id, the trace.
Test(fastcgi, every_request_is_logged_without_its_query) {
    Serving serving;
    const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    serving.get("/path?code=canary-secret", {{"HTTP_TRACEPARENT", "00-" + trace + "-00f067aa0ba902b7-01"},
                                             {"HTTP_COOKIE", "__Host-Http-session=canary-secret"}});
    const std::string line = serving.program().wait_for_line("\"event\":\"request\"");
    cr_assert(line.find("\"path\":\"/path\"") != std::string::npos);
    cr_assert(line.find("\"status\":200") != std::string::npos);
    cr_assert(line.find("\"trace\":\"" + trace + "\"") != std::string::npos);
    cr_assert(line.find("\"request\":\"") != std::string::npos);
    cr_assert(serving.program().log().find("canary") == std::string::npos);
}
