// A PostgreSQL server of a test's own, on a unix socket and durable, from the data directory that tests/with_stores
// made. Ends with its test, however that ends.
#pragma once

#include <sys/types.h>

#include <string>

namespace vestibule {

class PostgresServer {
public:
    PostgresServer();  // started
    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;
    ~PostgresServer();

    const std::string& socket() const { return directory_; }  // the socket's directory
    std::string address() const { return "postgresql://vestibule@/postgres?host=" + directory_; }

    void start();                 // waits until it answers
    void stop();                  // at once, as at a restart
    void signal_all(int number);  // to the server and all its processes; after SIGKILL it is gone

private:
    std::string directory_;
    pid_t pid_ = -1;
};

}  // namespace vestibule
