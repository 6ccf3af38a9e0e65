#include "tests/support/started_program.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace vestibule {
namespace {

using std::chrono::steady_clock;

struct Pipe {
    int read = -1;
    int write = -1;
};

Pipe new_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    return {ends[0], ends[1]};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (std::string& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

// False at the end, and where nothing came before `until`.
bool read_more(int descriptor, std::string& into, steady_clock::time_point until) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now()).count();
    pollfd wanted{descriptor, POLLIN, 0};
    if (left <= 0 || poll(&wanted, 1, static_cast<int>(left)) <= 0) return false;
    std::array<char, 4096> chunk;
    const ssize_t got = read(descriptor, chunk.data(), chunk.size());
    if (got > 0) into.append(chunk.data(), static_cast<std::size_t>(got));
    return got > 0;
}

}  // namespace

StartedProgram::StartedProgram(const ProgramStart& start) {
    auto arguments = start.arguments;
    std::vector<std::string> environment;
    for (const auto& [name, value] : start.environment) environment.push_back(name + "=" + value);
    const auto argv = pointers(arguments);
    const auto envp = pointers(environment);
    const Pipe error = new_pipe();
    const Pipe output = start.capture_output ? new_pipe() : Pipe{};
    pid_ = fork();
    if (pid_ == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(start.standard_input >= 0 ? start.standard_input : open("/dev/null", O_RDONLY), STDIN_FILENO);
        dup2(start.capture_output ? output.write : open("/dev/null", O_WRONLY), STDOUT_FILENO);
        dup2(error.write, STDERR_FILENO);
        execve(argv[0], argv.data(), envp.data());
        _exit(127);
    }
    ::close(error.write);
    if (start.capture_output) ::close(output.write);
    error_ = error.read;
    output_ = output.read;
    reader_ = std::thread(&StartedProgram::read_errors, this);
}

StartedProgram::~StartedProgram() {
    if (pid_ > 0) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    reader_.join();
    ::close(error_);
    if (output_ >= 0) ::close(output_);
}

void StartedProgram::read_errors() {
    std::array<char, 4096> chunk;
    for (;;) {
        const ssize_t got = read(error_, chunk.data(), chunk.size());
        const std::lock_guard lock(mutex_);
        if (got > 0) log_.append(chunk.data(), static_cast<std::size_t>(got));
        ended_ = got <= 0;
        more_.notify_all();
        if (ended_) return;
    }
}

// "" where there is none yet.
std::string StartedProgram::next_line_with(std::string_view text) {
    for (std::size_t end = log_.find('\n', searched_); end != std::string::npos; end = log_.find('\n', searched_)) {
        std::string line = log_.substr(searched_, end - searched_);
        searched_ = end + 1;
        if (line.find(text) != std::string::npos) return line;
    }
    return {};
}

std::string StartedProgram::wait_for_line(std::string_view text) {
    std::unique_lock lock(mutex_);
    std::string line;
    more_.wait_for(lock, std::chrono::seconds(20), [&] { return !(line = next_line_with(text)).empty() || ended_; });
    if (line.empty()) throw std::runtime_error("no line with " + std::string(text) + " in:\n" + log_);
    return line;
}

std::string StartedProgram::log() {
    const std::lock_guard lock(mutex_);
    return log_;
}

void StartedProgram::signal(int number) const { kill(pid_, number); }

int StartedProgram::wait() {
    std::unique_lock lock(mutex_);
    if (!more_.wait_for(lock, std::chrono::seconds(40), [&] { return ended_; }))
        throw std::runtime_error("does not end:\n" + log_);
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string StartedProgram::output() {
    std::string text;
    while (read_more(output_, text, steady_clock::now() + std::chrono::seconds(20))) {
    }
    return text;
}

std::string program_beside(std::string_view name) {
    return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / name).string();
}

TemporaryDirectory::TemporaryDirectory() : path_("/tmp/vestibule-test-XXXXXX") {
    if (!mkdtemp(path_.data())) throw std::runtime_error("no temporary directory");
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace vestibule
