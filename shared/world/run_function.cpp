#include "world/run_function.h"

#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <utility>

#include "adapters/cgi/cgi_server.h"
#include "adapters/fastcgi/fastcgi_server.h"
#include "adapters/system/harden_process.h"
#include "world/command_line.h"

namespace vestibule {
namespace {

enum ExitCode { kDone = 0, kUnusable = 1, kWrongCommandLine = 2 };

enum class StartedBy { listen_option, web_server_fastcgi, web_server_cgi, hand };

StartedBy started_by(const CommandLine& line) {
    if (line.listen) return StartedBy::listen_option;
    if (listening_socket_inherited()) return StartedBy::web_server_fastcgi;
    return std::getenv("GATEWAY_INTERFACE") ? StartedBy::web_server_cgi : StartedBy::hand;
}

int complain(const FunctionFacts& facts, std::string_view problem, ExitCode code) {
    std::cerr << facts.name << ": " << problem << (problem.ends_with('\n') ? "" : "\n");
    return code;
}

int start_it_like_this(const FunctionFacts& facts) {
    return complain(facts,
                    "nobody to answer: there is no listening socket on descriptor 0 (FastCGI), no GATEWAY_INTERFACE\n"
                    "(CGI), and no --listen ADDRESS. Let a web server start it, or try --listen unix:/tmp/" +
                        std::string(facts.name) + ".sock; --help says more.",
                    kWrongCommandLine);
}

int check(const FunctionFacts& facts, const ReadyFunction& function) {
    if (auto usable = function.check(); !usable) return complain(facts, usable.error().detail, kUnusable);
    std::cout << facts.name << ": all is well\n";
    return kDone;
}

int serve_listening(const Service& service, ListeningSocket socket, const CommandLine& line, const Config& config) {
    FastcgiOptions options;
    options.threads = line.threads.value_or(config.serving.threads);
    return serve_fastcgi(service, std::move(socket), options);
}

int serve(const FunctionFacts& facts, const CommandLine& line, const ReadyFunction& function) {
    const Service service{function.handler,
                          function.log,
                          function.clock,
                          function.random,
                          RequestLimits{.max_header_octets = function.config.serving.max_header_octets},
                          function.config.serving.client_timeout};
    switch (started_by(line)) {
        case StartedBy::web_server_cgi: return serve_cgi(service, environ);
        case StartedBy::web_server_fastcgi:
            return serve_listening(service, ListeningSocket::inherited(), line, function.config);
        case StartedBy::listen_option: {
            auto socket = ListeningSocket::open(*line.listen);
            if (!socket) return complain(facts, socket.error().detail, kUnusable);
            return serve_listening(service, std::move(*socket), line, function.config);
        }
        case StartedBy::hand: break;
    }
    return start_it_like_this(facts);
}

int run(const FunctionFacts& facts, const CommandLine& line, const WithWorld& with_world) {
    if (line.action == CommandLine::Action::serve && started_by(line) == StartedBy::hand)
        return start_it_like_this(facts);
    harden_process();
    const auto code = with_world([&](const ReadyFunction& function) {
        return line.action == CommandLine::Action::check ? check(facts, function) : serve(facts, line, function);
    });
    return code ? *code : complain(facts, code.error(), kUnusable);
}

}  // namespace

int run_function(int argc, char** argv, const FunctionFacts& facts, const WithWorld& with_world) try {
    const auto line = read_command_line(argc, argv);
    if (!line) return complain(facts, line.error() + "; --help says what there is", kWrongCommandLine);
    switch (line->action) {
        case CommandLine::Action::help: std::cout << help_text(facts); return kDone;
        case CommandLine::Action::version: std::cout << version_text(facts); return kDone;
        default: return run(facts, *line, with_world);
    }
} catch (const std::exception& exception) {
    return complain(facts, exception.what(), kUnusable);
}

}  // namespace vestibule
