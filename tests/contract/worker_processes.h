// Starts several store_worker_program at once, reads what they say, and can kill them.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace vestibule {

class WorkerProcesses {
public:
    // They wait until start_all().
    WorkerProcesses(int count, const std::vector<std::string>& arguments);
    WorkerProcesses(const WorkerProcesses&) = delete;
    WorkerProcesses& operator=(const WorkerProcesses&) = delete;
    ~WorkerProcesses();

    void start_all();
    // The next lines of all of them, in the order they were written; fewer where all have ended before.
    std::vector<std::string> read_lines(std::size_t at_most);
    std::vector<std::string> read_to_the_end();
    void kill_all();       // SIGKILL
    bool all_succeeded();  // waits for their end

private:
    int start_pipe_ = -1;
    int output_ = -1;
    std::string unread_;
    std::vector<pid_t> pids_;
};

}  // namespace vestibule
