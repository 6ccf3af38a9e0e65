// A function whose paths do what a test of serving needs. Started as every function is: FastCGI, --listen, CGI.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>

#include "adapters/system/log_stderr.h"
#include "adapters/system/system_clock.h"
#include "adapters/system/system_random.h"
#include "world/run_function.h"

using namespace vestibule;

namespace {

Response text(std::string body, int status = 200) {
    return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(body)};
}

// Everything the handler sees, one thing a line.
Response mirror(const Request& request) {
    std::string body = request.method + " " + request.path + " ?" + request.query + "\n";
    for (const auto& [name, value] : request.headers) body.append(name).append(": ").append(value).append("\n");
    return text(body + "from " + request.remote_address + "\n");
}

Response measure(const Request& request) {
    const auto body = read_body(request, 64 * 1024 * 1024);
    if (!body) return text(std::string(facts(body.error().code).name), facts(body.error().code).status);
    return text(std::to_string(body->size()));
}

// Waits for the other end of the FIFO named in the query: the test says when.
Response wait_for_fifo(const Request& request) {
    const int fifo = open(request.query.c_str(), O_RDONLY | O_CLOEXEC);
    close(fifo);
    return text("waited");
}

Response wait_for_cancellation(const Request& request, Log& log) {
    log.info("waiting");
    while (!request.cancellation->cancelled()) std::this_thread::sleep_for(Milliseconds{5});
    log.info("noticed");
    return text("nobody reads this");
}

// Says what it was told to, piece by piece, and then ends, fails, or waits for a FIFO before the last piece.
class Script final : public BodySource {
public:
    enum class End { proper, broken };
    Script(int pieces, End end, std::string fifo = {}) : pieces_(pieces), end_(end), fifo_(std::move(fifo)) {}

    Result<std::size_t> read(std::span<char> into) override {
        if (pieces_ == 0 && end_ == End::broken) return failure(ErrorCode::upstream_invalid, "broken on purpose");
        if (pieces_ == 0) return 0;
        if (--pieces_ == 0 && !fifo_.empty()) close(open(fifo_.c_str(), O_RDONLY | O_CLOEXEC));
        const std::string piece = "data: " + std::to_string(pieces_) + "\n\n";
        return piece.copy(into.data(), into.size());
    }

private:
    int pieces_;
    End end_;
    std::string fifo_;
};

Response stream(Script::End end, const HeaderFields& more, const std::string& fifo = {}) {
    Response response{200, {{"Content-Type", "text/event-stream"}}, std::make_shared<Script>(3, end, fifo)};
    for (const auto& [name, value] : more) response.headers.add(name, value);
    return response;
}

class Endless final : public BodySource {
public:
    Result<std::size_t> read(std::span<char> into) override {
        std::fill(into.begin(), into.end(), 'x');
        return into.size();
    }
};

Response endless() { return {200, {{"Content-Type", "text/plain"}}, std::make_shared<Endless>()}; }

Response handle(const Request& request, Log& log) {
    if (request.path == "/throw") throw std::runtime_error("on purpose");
    if (request.path == "/throw-int") throw 7;
    if (request.path == "/status-1000") return text("", 1000);
    if (request.path == "/body") return measure(request);
    if (request.path == "/ignore-body") return text("ignored", 403);
    if (request.path == "/wait") return wait_for_fifo(request);
    if (request.path == "/cancel") return wait_for_cancellation(request, log);
    if (request.path == "/stream") return stream(Script::End::proper, {}, request.query);
    if (request.path == "/broken") return stream(Script::End::broken, {}, request.query);
    if (request.path == "/broken-length") return stream(Script::End::broken, {{"Content-Length", "1000"}});
    if (request.path == "/short-length") return stream(Script::End::proper, {{"Content-Length", "1000"}});
    if (request.path == "/endless") return endless();
    if (request.path == "/big") return text(std::string(3'000'000, 'x'));
    return mirror(request);
}

}  // namespace

int main(int argc, char** argv) {
    return run_function(
        argc, argv, {"serving_program", "answers tests"}, [](const auto& use) -> tl::expected<int, std::string> {
            Config config;
            if (const char* limit = std::getenv("CLIENT_TIMEOUT_MS"))
                config.serving.client_timeout = Milliseconds{std::atoi(limit)};
            SystemClock clock;
            SystemRandom random;
            LogStderr log("serving_program");
            return use({config, clock, random, log, [&](const Request& request) { return handle(request, log); },
                        [] { return Result<void>{}; }});
        });
}
