// One of several processes that use the same store at once; processes_test.cpp starts it and judges. STORE is the
// address of one, MARKER a file that exists while somebody holds the lease.
//
//   store_worker_program start  STORE                        wait for the end of stdin, then use a store that may not
//                                                            exist yet
//   store_worker_program lease  STORE THREADS ROUNDS MARKER  take and give back one session's lease, write each fence
//   store_worker_program once   STORE THREADS IDS            consume every id, write each one that was won
//   store_worker_program insert STORE THREADS                insert sessions for ever, write each committed one
//
// `lease`, `once` and `insert` begin when stdin ends, too. Exit code 1 with the cause on stderr when a call failed or
// the contract was broken.
#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "world/open_store.h"

using namespace vestibule;

namespace {

constexpr WallTime kNow{Seconds{1'800'000'000}};
constexpr const char* kContested = "the contested session";

[[noreturn]] void broken(const std::string& what) {
    std::cerr << what << "\n";
    std::_Exit(1);
}

template <class T>
T must(Result<T> result) {
    if (!result) broken(result.error().detail);
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

std::unique_ptr<SessionStore> open(const std::string& address) {
    Config config;
    config.store = address;
    return must(open_store(config));
}

NewSession session_of(const std::string& name) {
    NewSession session;
    session.flow_started_at = kNow;
    session.row.key.octets = name;
    session.row.sub.octets = "somebody";
    session.row.created_at = kNow;
    session.row.expires_at = session.row.idle_expires_at = kNow + Seconds{3600};
    session.row.sealed = {std::string(1000, 'c'), std::string(1500, 'a'), std::string(2500, 'r')};
    return session;
}

// One write of one short line to a pipe is whole, whoever else writes (POSIX: up to PIPE_BUF).
void say(const std::string& text) {
    const std::string line = text + "\n";
    if (::write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size())) broken("stdout");
}

void wait_for_the_start() {
    char ignored = 0;
    while (::read(STDIN_FILENO, &ignored, 1) > 0) {
    }
}

void in_threads(int count, const std::function<void(int)>& work) {
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) threads.emplace_back(work, i);
    for (std::thread& thread : threads) thread.join();
}

// A file that exists while somebody holds the lease: a second holder, of any process, finds it there.
class SoleHolder {
public:
    explicit SoleHolder(std::string path) : path_(std::move(path)) {
        const int created = ::open(path_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
        if (created < 0) broken("two processes hold the lease at once");
        ::close(created);
    }
    SoleHolder(const SoleHolder&) = delete;
    SoleHolder& operator=(const SoleHolder&) = delete;
    ~SoleHolder() { ::unlink(path_.c_str()); }

private:
    std::string path_;
};

// Somebody else holds the lease for a moment only. One that is held for longer is held for ever.
constexpr std::chrono::seconds kLongestWait{40};

void take_and_give_back(SessionStore& store, const std::string& marker) {
    const auto until = std::chrono::steady_clock::now() + kLongestWait;
    while (std::chrono::steady_clock::now() < until) {
        const LeaseAnswer answer = must(store.acquire_lease({kContested}, Seconds{30}, kNow));
        if (std::holds_alternative<LeaseHeld>(answer)) {
            std::this_thread::yield();
            continue;
        }
        const Lease* lease = std::get_if<Lease>(&answer);
        if (lease == nullptr) broken("the contested session is gone");
        {
            const SoleHolder holder(marker);
            say(std::to_string(lease->fence));
        }
        must(store.release_lease({kContested}, lease->fence, std::nullopt, kNow));
        return;
    }
    broken("the lease was never given back");
}

void start(SessionStore& store) {
    const auto taken = must(store.insert(session_of(kContested), kNow));
    if (!must(store.find({kContested}, kNow))) broken("what somebody inserted is not there");
    say(taken == InsertOutcome::inserted ? "inserted" : "found");
}

void consume(SessionStore& store, int ids) {
    for (int id = 0; id < ids; ++id) {
        const std::string name = std::to_string(id);
        if (must(store.consume_once(OnceKind::flow, name, kNow + Seconds{60}, kNow))) say(name);
    }
}

void insert_for_ever(SessionStore& store, int thread) {
    for (int number = 0;; ++number) {
        const std::string name =
            std::to_string(::getpid()) + "-" + std::to_string(thread) + "-" + std::to_string(number);
        must(store.insert(session_of(name), kNow));
        say(name);
    }
}

}  // namespace

int main(int count, char** arguments) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that fails leaves nobody behind
    const std::vector<std::string> words(arguments, arguments + count);
    if (words.size() < 3) broken("usage: see the head of the source");
    const auto number = [&](std::size_t at) { return std::atoi(words.at(at).c_str()); };
    const std::unique_ptr<SessionStore> store = open(words[2]);
    wait_for_the_start();
    const std::string& role = words[1];
    if (role == "start") start(*store);
    if (role == "once") in_threads(number(3), [&](int) { consume(*store, number(4)); });
    if (role == "insert") in_threads(number(3), [&](int thread) { insert_for_ever(*store, thread); });
    if (role == "lease") {
        in_threads(number(3), [&](int) {
            for (int round = 0; round < number(4); ++round) take_and_give_back(*store, words.at(5));
        });
    }
    return 0;
}
