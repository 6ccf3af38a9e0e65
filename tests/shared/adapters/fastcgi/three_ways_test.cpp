// The same program started in each of the three ways (DESIGN §5), its command line, and its sockets.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <string>

#include "adapters/fastcgi/listening_socket.h"
#include "tests/shared/adapters/fastcgi/serving.h"

using namespace vestibule;

namespace {

int listening_at(const std::string& path) {
    const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    cr_assert(eq(int, bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0));
    cr_assert(eq(int, listen(descriptor, 8), 0));
    return descriptor;
}

// A file whose reading end is at its begin.
int descriptor_of(const std::string& path, std::string_view content) {
    std::ofstream(path) << content;
    return open(path.c_str(), O_RDONLY | O_CLOEXEC);
}

std::string by_cgi(const FastcgiParams& params, std::string_view body) {
    const TemporaryDirectory directory;
    StartedProgram program(
        {{program_beside("serving_program")}, params, descriptor_of(directory / "body", body), true});
    std::string answer = program.output();
    cr_assert(eq(int, program.wait(), 0), "%s", program.log().c_str());
    return answer;
}

std::string by_descriptor_0(const FastcgiParams& params, std::string_view body) {
    const TemporaryDirectory directory;
    const int socket = listening_at(directory / "socket");
    StartedProgram program({{program_beside("serving_program")}, {}, socket, false});
    std::string answer = FastcgiClient(directory / "socket").exchange(params, body).out;
    program.signal(SIGTERM);
    cr_assert(eq(int, program.wait(), 0));
    cr_assert(eq(int, access((directory / "socket").c_str(), F_OK), 0), "somebody else's socket is left alone");
    return answer;
}

std::string by_listen(const FastcgiParams& params, std::string_view body) {
    Serving serving;
    return FastcgiClient(serving.socket()).exchange(params, body).out;
}

struct Ran {
    int code;
    std::string output;
    std::string errors;
};

Ran run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), program_beside("serving_program"));
    StartedProgram program({arguments, {}, -1, true});
    std::string output = program.output();
    const int code = program.wait();
    return {code, output, program.log()};
}

std::string refusal_of(const std::string& address) {
    const auto socket = ListeningSocket::open(address);
    return socket ? "none" : socket.error().detail;
}

}  // namespace

Test(three_ways, each_of_them_gives_the_same_answer) {
    const std::string body = "0123456789";
    const FastcgiParams post{{"REQUEST_METHOD", "POST"}, {"CONTENT_LENGTH", "10"}, {"CONTENT_TYPE", "text/plain"}};
    for (const FastcgiParams& params :
         {params_of("/a%2Fb?c=d", {{"HTTP_X_BFF", "1"}, {"HTTP_PROXY", "http://evil"}}), params_of("/body", post),
          params_of("/throw"), params_of("/big", {{"REQUEST_METHOD", "HEAD"}}), params_of("/stream"),
          params_of("http://absolute/"), params_of("/", {{"CONTENT_LENGTH", "ten"}}),
          params_of("/", {{"HTTP_X", std::string(40'000, 'x')}})}) {
        const bool has_body = params.back().first == "CONTENT_TYPE";
        std::string listening = by_listen(params, has_body ? body : "");
        cr_expect(listening.starts_with("Status: "));
        cr_expect(eq(str, by_cgi(params, has_body ? body : ""), listening));
        cr_expect(eq(str, by_descriptor_0(params, has_body ? body : ""), listening));
    }
}

// P49, H15
Test(three_ways, cgi_reads_no_more_than_the_length_and_says_when_it_is_short) {
    const FastcgiParams params = params_of("/body", {{"REQUEST_METHOD", "POST"}, {"CONTENT_LENGTH", "10"}});
    cr_expect(by_cgi(params, "0123456789more").ends_with("\r\n\r\n10"));
    cr_expect(by_cgi(params, "012345678").starts_with("Status: 400 Bad Request\r\n"));
}

Test(three_ways, cgi_says_by_its_exit_code_that_an_answer_is_not_whole) {
    StartedProgram program({{program_beside("serving_program")}, params_of("/broken"), -1, true});
    cr_assert(program.output().find("data: 2") != std::string::npos);
    cr_assert(eq(int, program.wait(), 1));
}

Test(three_ways, started_by_hand_it_says_how_to_start_it) {
    Ran ran = run({});
    cr_assert(eq(int, ran.code, 2));
    cr_assert(ran.errors.find("--listen") != std::string::npos);
}

Test(command_line, help_version_and_check) {
    Ran ran = run({"--help"});
    cr_assert(eq(int, ran.code, 0));
    cr_assert(ran.output.find("--check") != std::string::npos);
    ran = run({"--version"});
    cr_assert(eq(int, ran.code, 0));
    cr_assert(ran.output.starts_with("serving_program " VESTIBULE_VERSION "\nstores: "), "%s", ran.output.c_str());
    cr_assert(eq(int, run({"--check"}).code, 0));
}

Test(command_line, anything_else_is_refused_with_a_hint) {
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--what"},
                                                      {"serve"},
                                                      {"--threads", "0"},
                                                      {"--threads=many"},
                                                      {"--threads"},
                                                      {"--listen"},
                                                      {"--listen="},
                                                      {"--help=yes"},
                                                      {"--threads", "99999"}}) {
        Ran ran = run(arguments);
        cr_expect(eq(int, ran.code, 2), "%s", arguments.front().c_str());
        cr_expect(ran.errors.find("--help") != std::string::npos);
    }
}

// H13
Test(listening_socket, a_socket_file_is_for_its_owner_and_group) {
    const TemporaryDirectory directory;
    const std::string path = directory / "socket";
    {
        const auto socket = ListeningSocket::open("unix:" + path);
        cr_assert(socket.has_value());
        struct stat status {};
        cr_assert(eq(int, stat(path.c_str(), &status), 0));
        cr_assert(eq(int, static_cast<int>(status.st_mode & 0777), 0660));
        cr_assert(refusal_of(path).find("another process listens") != std::string::npos);
    }
    cr_assert(eq(int, access(path.c_str(), F_OK), -1));
}

Test(listening_socket, a_file_left_behind_is_replaced_and_anything_else_is_not) {
    const TemporaryDirectory directory;
    close(listening_at(directory / "stale"));
    cr_assert(eq(str, refusal_of(directory / "stale"), "none"));
    std::ofstream(directory / "file") << "precious";
    cr_assert(refusal_of(directory / "file").find("is no socket") != std::string::npos);
    cr_assert(not(eq(str, refusal_of(directory / "missing/socket"), "none")));
    cr_assert(not(eq(str, refusal_of("unix:/" + std::string(200, 'x')), "none")));
}

// H13
Test(listening_socket, tcp_is_loopback_unless_said_by_name) {
    for (const char* address : {"127.0.0.1:0", "localhost:0", ":0", "tcp:0.0.0.0:0"})
        cr_expect(eq(str, refusal_of(address), "none"), "%s", address);
    for (const char* address : {"0.0.0.0:0", "192.0.2.1:0", "[::]:0", "example.com:0", "9000", "127.0.0.1", "::1:0",
                                "127.0.0.1:http", "127.0.0.1:123456", "", "relative/path"})
        cr_expect(not(eq(str, refusal_of(address), "none")), "%s", address);
    const auto socket = ListeningSocket::open(":0");
    cr_assert(socket->address().starts_with("127.0.0.1:"));
}
