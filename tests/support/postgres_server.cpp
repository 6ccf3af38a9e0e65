#include "tests/support/postgres_server.h"

#include <criterion/criterion.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/support/free_port.h"
#include "tests/support/postgres_schema.h"

namespace vestibule {
namespace {

std::string from_environment(const char* name) {
    const char* value = std::getenv(name);
    cr_assert(value != nullptr, "no PostgreSQL: run this by tests/with_stores");
    return value;
}

void run(const std::string& command) { cr_assert(std::system(command.c_str()) == 0, "%s", command.c_str()); }

// PostgreSQL refuses to be root: it runs as the owner of the data directory.
void become_owner_of(const std::string& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0) ::_exit(126);
    if (::getuid() != 0) return;
    if (::setgroups(0, nullptr) != 0 || ::setgid(facts.st_gid) != 0 || ::setuid(facts.st_uid) != 0) ::_exit(126);
}

}  // namespace

PostgresServer::PostgresServer(Empty) : template_(from_environment("VESTIBULE_TEST_POSTGRES_TEMPLATE")) {
    directory_ = template_.substr(0, template_.rfind('/')) + "/XXXXXX";  // removed by tests/with_stores at the latest
    cr_assert(mkdtemp(directory_.data()) != nullptr);
    run("chown --reference=" + template_ + " " + directory_);
}

PostgresServer::PostgresServer(const std::map<std::string, std::string>& files, PostgresListening listening)
    : PostgresServer(Empty{}) {
    listening_ = listening;
    if (listening == PostgresListening::port) port_ = free_port();
    run("cp -a " + template_ + " " + directory_ + "/data");
    for (const auto& [name, text] : files) {
        const std::string path = directory_ + "/data/" + name;
        std::ofstream(path) << text;
        run("chmod 0600 " + path + " && chown --reference=" + template_ + " " + path);
    }
    start();
}

std::unique_ptr<PostgresServer> PostgresServer::replica_of(const PostgresServer& primary) {
    std::unique_ptr<PostgresServer> replica(new PostgresServer(Empty{}));
    const std::string data = replica->directory_ + "/data";
    run(from_environment("VESTIBULE_TEST_POSTGRES_BIN") +
        "/pg_basebackup --no-sync --checkpoint=fast --wal-method=stream" + " --write-recovery-conf --pgdata=" + data +
        " --dbname='" + primary.address() + "'");
    run("chown -R --reference=" + replica->template_ + " " + data);
    replica->start();
    return replica;
}

PostgresServer::~PostgresServer() {
    if (pid_ > 0) signal_all(SIGKILL);
    std::filesystem::remove_all(directory_);
}

std::string PostgresServer::address_of(const std::string& user) const {
    return "postgresql://" + user + "@/postgres?host=" + directory_ + "&port=" + std::to_string(port_);
}

void PostgresServer::start() {
    const std::string program = from_environment("VESTIBULE_TEST_POSTGRES_BIN") + "/postgres";
    const std::string data = directory_ + "/data";
    const std::string sockets = "unix_socket_directories=" + directory_;
    const std::string addresses =
        std::string("listen_addresses=") + (listening_ == PostgresListening::port ? "127.0.0.1" : "");
    pid_ = ::fork();
    cr_assert(pid_ >= 0);
    if (pid_ == 0) {
        ::setpgid(0, 0);
        become_owner_of(data);
        ::prctl(PR_SET_PDEATHSIG, SIGQUIT);  // a test that fails leaves nobody behind
        if (std::freopen((directory_ + "/log").c_str(), "a", stderr) == nullptr) ::_exit(126);
        ::execl(program.c_str(), program.c_str(), "-D", data.c_str(), "-c", addresses.c_str(), "-c", sockets.c_str(),
                "-c", "shared_buffers=16MB", "-c", "fsync=off", "-p", std::to_string(port_).c_str(), nullptr);
        ::_exit(127);
    }
    const auto until = std::chrono::steady_clock::now() + Seconds{60};
    while (!connect_to_postgres(address(), Milliseconds{1000})) {
        cr_assert(std::chrono::steady_clock::now() < until, "PostgreSQL did not start; see %s/log", directory_.c_str());
        std::this_thread::sleep_for(Milliseconds{50});
    }
}

void PostgresServer::stop() {
    ::kill(pid_, SIGINT);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

// Its processes make sessions of their own, so a signal to the group does not reach them.
void PostgresServer::signal_all(int number) {
    const std::string children = "pkill -" + std::to_string(number) + " -P " + std::to_string(pid_);
    if (number == SIGKILL) ::kill(pid_, SIGSTOP);  // so that it does not start new ones meanwhile
    (void)!std::system(children.c_str());
    ::kill(pid_, number);
    if (number != SIGKILL) return;
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

}  // namespace vestibule
