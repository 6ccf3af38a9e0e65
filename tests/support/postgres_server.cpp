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
#include <thread>

#include "adapters/postgres/postgres_connection.h"

namespace vestibule {
namespace {

std::string from_environment(const char* name) {
    const char* value = std::getenv(name);
    cr_assert(value != nullptr, "no PostgreSQL: run this by tests/with_stores");
    return value;
}

// PostgreSQL refuses to be root: it runs as the owner of the data directory.
void become_owner_of(const std::string& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0) ::_exit(126);
    if (::getuid() != 0) return;
    if (::setgroups(0, nullptr) != 0 || ::setgid(facts.st_gid) != 0 || ::setuid(facts.st_uid) != 0) ::_exit(126);
}

}  // namespace

PostgresServer::PostgresServer() {
    const std::string original = from_environment("VESTIBULE_TEST_POSTGRES_TEMPLATE");
    directory_ = original.substr(0, original.rfind('/')) + "/XXXXXX";  // removed by tests/with_stores at the latest
    cr_assert(mkdtemp(directory_.data()) != nullptr);
    const std::string copy =
        "cp -a " + original + " " + directory_ + "/data && chown --reference=" + original + " " + directory_;
    cr_assert(std::system(copy.c_str()) == 0);
    start();
}

PostgresServer::~PostgresServer() {
    if (pid_ > 0) signal_all(SIGKILL);
    std::filesystem::remove_all(directory_);
}

void PostgresServer::start() {
    const std::string program = from_environment("VESTIBULE_TEST_POSTGRES_BIN") + "/postgres";
    const std::string data = directory_ + "/data";
    const std::string sockets = "unix_socket_directories=" + directory_;
    pid_ = ::fork();
    cr_assert(pid_ >= 0);
    if (pid_ == 0) {
        ::setpgid(0, 0);
        become_owner_of(data);
        ::prctl(PR_SET_PDEATHSIG, SIGQUIT);  // a test that fails leaves nobody behind
        if (std::freopen((directory_ + "/log").c_str(), "a", stderr) == nullptr) ::_exit(126);
        ::execl(program.c_str(), program.c_str(), "-D", data.c_str(), "-c", "listen_addresses=", "-c", sockets.c_str(),
                "-c", "shared_buffers=16MB", nullptr);
        ::_exit(127);
    }
    const auto hosts = parse_postgres_address(address(), StoreTls::as_the_address_says, Milliseconds{1000});
    const auto until = std::chrono::steady_clock::now() + Seconds{60};
    while (
        !PostgresConnection::open(hosts->front(), Milliseconds{1000}, std::chrono::steady_clock::now() + Seconds{1})) {
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
