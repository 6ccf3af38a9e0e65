// A program that a test starts: its standard error is read all the time, it can be sent a signal, and it does not
// outlive the test.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace vestibule {

struct ProgramStart {
    std::vector<std::string> arguments;                            // the first one is the program
    std::vector<std::pair<std::string, std::string>> environment;  // all of it
    int standard_input = -1;                                       // -1: /dev/null
    bool capture_output = false;                                   // standard output, for output()
};

class StartedProgram {
public:
    explicit StartedProgram(const ProgramStart& start);
    ~StartedProgram();  // kills it where it still runs
    StartedProgram(const StartedProgram&) = delete;
    StartedProgram& operator=(const StartedProgram&) = delete;

    // Waits until a line of standard error holds `text`, and returns that line; lines before it are not looked at
    // again. Throws after 20 s and where standard error ended.
    std::string wait_for_line(std::string_view text);
    // Everything read from standard error so far.
    std::string log();
    void signal(int number) const;
    // Waits for its end: the exit code, or 128 + the signal. Throws after 40 s.
    int wait();
    // Standard output to its end; REQUIRES capture_output, and little of it.
    std::string output();
    int pid() const { return pid_; }

private:
    void read_errors();
    std::string next_line_with(std::string_view text);

    int pid_ = -1;
    int error_ = -1;
    int output_ = -1;
    std::mutex mutex_;
    std::condition_variable more_;
    std::string log_;
    bool ended_ = false;
    std::size_t searched_ = 0;
    std::thread reader_;
};

// A program that lies beside the running test program.
std::string program_beside(std::string_view name);

// A directory of its own, removed with everything in it.
class TemporaryDirectory {
public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

private:
    std::string path_;
};

}  // namespace vestibule
