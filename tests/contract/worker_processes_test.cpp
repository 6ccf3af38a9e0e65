#include "tests/contract/worker_processes.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <limits>

namespace vestibule {
namespace {

// Built beside the test.
std::string program() {
    return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "store_worker_program").string();
}

[[noreturn]] void become(const std::string& path, const std::vector<std::string>& arguments, int input, int output) {
    ::dup2(input, STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    std::vector<char*> words{const_cast<char*>(path.c_str())};
    for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    ::execv(path.c_str(), words.data());
    ::_exit(127);
}

}  // namespace

WorkerProcesses::WorkerProcesses(int count, const std::vector<std::string>& arguments) {
    int start[2];
    int output[2];
    cr_assert(::pipe2(start, O_CLOEXEC) == 0 && ::pipe2(output, O_CLOEXEC) == 0);
    const std::string path = program();
    for (int i = 0; i < count; ++i) {
        const pid_t pid = ::fork();
        cr_assert(pid >= 0);
        if (pid == 0) become(path, arguments, start[0], output[1]);
        pids_.push_back(pid);
    }
    ::close(start[0]);
    ::close(output[1]);
    start_pipe_ = start[1];
    output_ = output[0];
}

WorkerProcesses::~WorkerProcesses() {
    start_all();
    kill_all();
    all_succeeded();
    ::close(output_);
}

void WorkerProcesses::start_all() {
    if (start_pipe_ >= 0) ::close(start_pipe_);
    start_pipe_ = -1;
}

std::vector<std::string> WorkerProcesses::read_lines(std::size_t at_most) {
    std::vector<std::string> lines;
    char buffer[4096];
    for (;;) {
        for (std::size_t end; lines.size() < at_most && (end = unread_.find('\n')) != std::string::npos;) {
            lines.push_back(unread_.substr(0, end));
            unread_.erase(0, end + 1);
        }
        if (lines.size() == at_most) return lines;
        const ssize_t size = ::read(output_, buffer, sizeof buffer);
        if (size <= 0) return lines;
        unread_.append(buffer, static_cast<std::size_t>(size));
    }
}

std::vector<std::string> WorkerProcesses::read_to_the_end() {
    return read_lines(std::numeric_limits<std::size_t>::max());
}

void WorkerProcesses::kill_all() {
    for (const pid_t pid : pids_) ::kill(pid, SIGKILL);
}

bool WorkerProcesses::all_succeeded() {
    bool succeeded = true;
    for (const pid_t pid : pids_) {
        int status = 0;
        succeeded = ::waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0 && succeeded;
    }
    pids_.clear();
    return succeeded;
}

}  // namespace vestibule
