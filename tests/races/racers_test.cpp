#include "tests/races/racers.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <random>
#include <stdexcept>
#include <thread>

#include "tests/support/fixed_random.h"
#include "tests/support/session_in_store.h"

namespace vestibule {
namespace {

constexpr const char* kIssuer = "https://id.example";
constexpr std::size_t kMostRacers = 8;

// In memory that all processes share.
struct Track {
    pthread_barrier_t barrier;
    std::atomic<int> head_start_us{50};  // of the first racer; below zero: of all the others
    std::array<std::atomic<int>, kMostRacers> outcomes;
    std::atomic<bool> is_broken{false};
    std::array<char, 256> broken{};

    void report(const std::string& what) {
        if (!is_broken.exchange(true)) std::snprintf(broken.data(), broken.size(), "%s", what.c_str());
    }
    void wait() { ::pthread_barrier_wait(&barrier); }
};

Track* make_track(std::size_t racers) {
    void* memory = ::mmap(nullptr, sizeof(Track), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert(memory != MAP_FAILED);
    auto* track = new (memory) Track;
    pthread_barrierattr_t shared;
    ::pthread_barrierattr_init(&shared);
    ::pthread_barrierattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    cr_assert(::pthread_barrier_init(&track->barrier, &shared, static_cast<unsigned>(racers + 1)) == 0);
    return track;
}

// Some yields, then the processor is kept busy until the moment.
void start_after(std::chrono::microseconds delay) {
    const auto until = std::chrono::steady_clock::now() + delay;
    do {
        std::this_thread::yield();
    } while (std::chrono::steady_clock::now() < until);
}

struct Rounds {
    int first;
    int count;
};

// No two races of a test have a round in common: what one has ended is remembered.
Rounds next_rounds(int count) {
    static int next = 0;
    const int first = next;
    next += count;
    return {first, count};
}

void run_racer(Track& track, std::size_t which, Rounds rounds, const Racer& racer, SessionStore& store) {
    std::minstd_rand dice(static_cast<unsigned>(which + 1));
    for (int round = rounds.first; round < rounds.first + rounds.count; ++round) {
        const Contest contest(round);
        track.wait();
        const int late = std::max(which == 0 ? -track.head_start_us : track.head_start_us.load(), 0);
        start_after(std::chrono::microseconds{static_cast<int>(dice() % static_cast<unsigned>(2 * late + 20))});
        try {
            track.outcomes.at(which) = static_cast<int>(racer.act(store, contest));
        } catch (const std::exception& error) {
            track.report("round " + std::to_string(round) + ", " + racer.name + ": " + error.what());
        }
        track.wait();
    }
}

class Field {  // the racers, running
public:
    Field(As kind, Track& track, const OpenStore& open, Rounds rounds, const std::vector<Racer>& racers) {
        for (std::size_t i = 0; kind == As::processes && i < racers.size(); ++i) {
            const pid_t pid = ::fork();
            cr_assert(pid >= 0);
            if (pid == 0) {
                ::prctl(PR_SET_PDEATHSIG, SIGKILL);
                const auto own = open();
                run_racer(track, i, rounds, racers[i], *own);
                ::_exit(0);
            }
            pids_.push_back(pid);
        }
        store_ = open();
        for (std::size_t i = 0; kind == As::threads && i < racers.size(); ++i) {
            threads_.emplace_back(
                [&track, i, rounds, racer = racers[i], store = store_] { run_racer(track, i, rounds, racer, *store); });
        }
    }
    SessionStore& store() { return *store_; }
    void wait_for_all() {
        for (std::thread& thread : threads_) thread.join();
        for (const pid_t pid : pids_) ::waitpid(pid, nullptr, 0);
    }

private:
    std::shared_ptr<SessionStore> store_;
    std::vector<std::thread> threads_;
    std::vector<pid_t> pids_;
};

void count_outcome(Track& track, RaceResult& result) {
    const bool done = track.outcomes[0] == static_cast<int>(Outcome::done);
    ++(done ? result.done : result.came_late);
    // Who was done in time gets less of a head start the next time.
    const int step = 2 + std::abs(track.head_start_us) / 10;
    track.head_start_us = std::clamp(track.head_start_us + (done ? -step : step), -5'000, 5'000);
}

std::string verdict(const Judge& judge, SessionStore& store, const Contest& contest) {
    try {
        return judge(store, contest);
    } catch (const std::exception& error) {
        return error.what();
    }
}

}  // namespace

Contest::Contest(int number)
    : round(number), now(Seconds{1'800'000'000 + 10 * number}), cookie([&] {
          FixedRandom random(static_cast<std::uint64_t>(number) + 1);
          return SessionCookie::create(random);
      }()) {
    const KeyRing keys = test_keys();
    FixedRandom random(static_cast<std::uint64_t>(number) + 1'000'000'000);
    const std::string name = std::to_string(number);
    SessionToPut what;
    what.access_lifetime = Seconds{50};
    SessionRow& row = session.row;
    row.key = cookie.key();
    row.sub = sub_index_key(keys, kIssuer, "user " + name);
    row.sid = sid_index_key(keys, kIssuer, "session " + name);
    row.browser = {row.sub.octets.substr(0, 31) + "b"};
    row.created_at = now;
    row.idle_expires_at = now + Seconds{100};
    row.expires_at = now + Seconds{43200};
    row.access_expires_at = now + Seconds{40};
    row.access_lifetime = Seconds{300};
    row.sealed = seal_fields(keys, random, cookie, Json::object({{"sub", "user " + name}}), tokens_of(what, now));
    session.flow_started_at = now - Seconds{1};
}

SessionKey Contest::newcomer_key(int which) const {
    SessionKey key = session.row.key;
    key.octets.back() = static_cast<char>('0' + which);
    key.octets[0] = static_cast<char>(~key.octets[0]);
    return key;
}

NewSession Contest::newcomer(int which) const {
    NewSession login = session;
    login.row.key = newcomer_key(which);
    login.replaces = session.row.key;
    login.replaces_browser = {session.row.browser};
    return login;
}

RaceResult race(As kind, const OpenStore& open, int count, const std::vector<Racer>& racers, const Judge& judge) {
    const Rounds rounds = next_rounds(count);
    Track& track = *make_track(racers.size());
    Field field(kind, track, open, rounds, racers);
    RaceResult result;
    for (int round = rounds.first; round < rounds.first + rounds.count; ++round) {
        const Contest contest(round);
        const auto there = field.store().insert(contest.session, contest.now);
        if (!there || *there != InsertOutcome::inserted) track.report("the session could not be put there");
        track.wait();  // they are off
        track.wait();  // they are there
        count_outcome(track, result);
        const std::string found = verdict(judge, field.store(), contest);
        if (!found.empty()) track.report("round " + std::to_string(round) + ": " + found);
        ++result.rounds;
    }
    field.wait_for_all();
    if (track.is_broken) result.broken = track.broken.data();
    ::munmap(&track, sizeof(Track));
    return result;
}

}  // namespace vestibule
