#include "tests/support/redis_server.h"

#include <chrono>
#include <csignal>
#include <stdexcept>

#include "adapters/redis/redis_connection.h"

namespace vestibule {
namespace {

std::string print(const RedisReply& reply) {
    if (reply.kind == RedisReply::Kind::integer) return std::to_string(reply.integer);
    if (reply.kind != RedisReply::Kind::list) return reply.text;
    std::string lines;
    for (const auto& element : reply.elements) lines += print(*element) + "\n";
    return lines;
}

}  // namespace

RedisServer::RedisServer(std::vector<std::string> settings, RedisListening listening)
    : settings_(std::move(settings)), listening_(listening) {
    for (int tries = 0;; ++tries) {  // somebody else may have been given the port meanwhile
        port_ = listening == RedisListening::socket ? 0 : free_port();
        try {
            start();
            return;
        } catch (const std::exception&) {
            if (listening == RedisListening::socket || tries == 4) throw;
        }
    }
}

RedisServer::~RedisServer() = default;

void RedisServer::start(bool wait) {
    ProgramStart start;
    start.arguments = {"/usr/bin/redis-server",
                       "--dir",
                       files_ / ".",
                       "--logfile",
                       "/dev/stderr",
                       "--bind",
                       "127.0.0.1",
                       "--unixsocket",
                       files_ / "redis.sock",
                       "--daemonize",
                       "no",
                       "--save",
                       "",
                       "--port",
                       listening_ == RedisListening::port ? std::to_string(port_) : "0"};
    if (listening_ == RedisListening::tls_port) {
        start.arguments.insert(start.arguments.end(), {"--tls-port", std::to_string(port_)});
    }
    start.arguments.insert(start.arguments.end(), settings_.begin(), settings_.end());
    program_ = std::make_unique<StartedProgram>(start);
    if (wait) program_->wait_for_line("eady to accept connections");
}

void RedisServer::slow_down_loading() {
    settings_.insert(settings_.end(), {"--key-load-delay", "20000", "--loading-process-events-interval-bytes", "1024"});
    start(false);
}

void RedisServer::kill() {
    program_->signal(SIGKILL);
    program_->wait();
}

std::string RedisServer::url(std::string_view options) const {
    if (listening_ == RedisListening::socket) return "redis://" + (files_ / "redis.sock") + std::string(options);
    const std::string scheme = listening_ == RedisListening::tls_port ? "rediss" : "redis";
    return scheme + "://127.0.0.1:" + std::to_string(port_) + std::string(options);
}

std::string RedisServer::tell(const std::vector<std::string>& command) const {
    NameLookup names;
    RedisAddress address;
    address.endpoint.socket_path = files_ / "redis.sock";
    const auto deadline = std::chrono::steady_clock::now() + Seconds{20};
    auto connection = RedisConnection::open(address, address.endpoint, names, 0, deadline);
    if (!connection) throw std::runtime_error(connection.error().detail);
    auto replies = (*connection)->call({RedisCommand(command.begin(), command.end())}, deadline);
    if (!replies) throw std::runtime_error(replies.error().detail);
    return print(*replies->front());
}

}  // namespace vestibule
