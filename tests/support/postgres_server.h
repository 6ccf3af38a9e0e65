// A PostgreSQL server of a test's own, from the data directory that tests/with_stores made; what it committed survives
// its death, not the machine's. On a unix socket and, where asked for, on a port of the loopback interface. Ends with
// its test, however that ends.
//
//   PostgresServer server({{"pg_hba.conf", "local all all scram-sha-256\n"}});
#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <string>

namespace vestibule {

enum class PostgresListening { socket, port };

class PostgresServer {
public:
    // Files of its data directory by their names, in the place of those that are there: settings go into
    // "postgresql.auto.conf". Started.
    explicit PostgresServer(const std::map<std::string, std::string>& files = {},
                            PostgresListening listening = PostgresListening::socket);
    // A hot standby that follows it by streaming replication.
    static std::unique_ptr<PostgresServer> replica_of(const PostgresServer& primary);
    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;
    ~PostgresServer();

    const std::string& socket() const { return directory_; }  // the socket's directory
    int port() const { return port_; }
    std::string address() const { return address_of("vestibule"); }  // of the user who may do everything
    std::string address_of(const std::string& user) const;           // over the socket; also "name:password"

    void start();                 // waits until it answers
    void stop();                  // at once, as at a restart
    void signal_all(int number);  // to the server and all its processes; after SIGKILL it is gone

private:
    struct Empty {};
    explicit PostgresServer(Empty);  // a directory without data

    std::string template_;
    std::string directory_;
    int port_ = 5432;
    PostgresListening listening_ = PostgresListening::socket;
    pid_t pid_ = -1;
};

}  // namespace vestibule
