// A real redis-server of a test's own, which can be frozen, killed and started again on the same data. On a unix socket
// and, where asked for, on a port of the loopback interface.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/free_port.h"
#include "tests/support/started_program.h"

namespace vestibule {

enum class RedisListening { socket, port, tls_port };

class RedisServer {
public:
    // `settings` as on redis-server's command line: {"--appendonly", "yes"}. Waits until it answers, or throws.
    explicit RedisServer(std::vector<std::string> settings = {}, RedisListening listening = RedisListening::socket);
    ~RedisServer();
    RedisServer(const RedisServer&) = delete;
    RedisServer& operator=(const RedisServer&) = delete;

    // Of a store on it: "redis:///path?options".
    std::string url(std::string_view options = "") const;
    int port() const { return port_; }
    std::string directory() const { return files_ / "."; }

    // What the server answers to a command, lists flattened to lines; an error as it is.
    std::string tell(const std::vector<std::string>& command) const;

    void freeze() { program_->signal(19); }  // SIGSTOP
    void thaw() { program_->signal(18); }    // SIGCONT
    void kill();                             // SIGKILL
    void start(bool wait = true);            // again, on the same data
    void slow_down_loading();                // instead of start(): it loads its data for some seconds
    std::string log() { return program_->log(); }

private:
    std::vector<std::string> settings_;
    TemporaryDirectory files_;
    RedisListening listening_;
    int port_ = 0;
    std::unique_ptr<StartedProgram> program_;
};

}  // namespace vestibule
