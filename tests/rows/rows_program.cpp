// What a million sessions cost (DESIGN §6; checklist X08): `make rows ROWS=1000000 OF="sqlite postgres redis"`, under
// tests/with_stores. Says what it does, then prints one table, and fails where a limit is passed:
// All of it runs on one core: between two, it depends on who woke whom where, and a server of few sessions was seen to
// answer in a quarter of the other's time for that alone.
//   - a lookup takes at most 1.2 × what it takes in a store that holds nothing else: medians of the same run, one
//   sample
//     here, one there, of the store's call and of checksession's handler, without a web server. A hundred sessions are
//     in use in either, written when all the others were there: of more, the processor's caches hold fewer, be the
//     table large or small. Beside it stands what the call takes for a session that nobody has asked for lately, any of
//     all.
//   - purge holds no lock longer than 50 ms: 99 of 100 of its transactions, from call to return, or as long as somebody
//     else finds the SQLite file locked. The longest is printed beside it, with what other writers wait: a machine that
//     does something else stops anybody for a while.
#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include "adapters/postgres/postgres_connection.h"
#include "adapters/postgres/postgres_session_store.h"
#include "adapters/redis/redis_session_store.h"
#include "adapters/sqlite/sqlite_session_store.h"
#include "functions/checksession/handler.h"
#include "tests/support/filled_store.h"
#include "tests/support/redis_server.h"
#include "tests/support/test_world.h"

using namespace vestibule;

namespace {

using Clock = std::chrono::steady_clock;
using Time = std::chrono::duration<double, std::micro>;

constexpr double kLookupAtMost = 1.2;
constexpr Time kLockAtMost = Milliseconds{50};
constexpr std::uint64_t kInUse = 100;
constexpr std::uint64_t kOver = 20'000;
constexpr int kSamples = 20'000;
const KeyRing kKeys = test_keys();
const WallTime kNow = std::chrono::floor<Seconds>(std::chrono::system_clock::now());

template <class T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().detail);
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

template <class Work>
Time time_of(Work work) {
    const auto begun = Clock::now();
    work();
    return Clock::now() - begun;
}

struct Times {
    std::vector<Time> all;
    Time at(double share) {
        std::sort(all.begin(), all.end());
        return all.at(static_cast<std::size_t>(share * static_cast<double>(all.size() - 1)));
    }
};

// How long the one write lock of a SQLite file was held each time, as somebody sees who tries for it all the time. A
// call of the store takes longer than that: what it does with the log afterwards keeps nobody from writing.
class LockWatch {
public:
    explicit LockWatch(const std::string& path) {
        sqlite3_open(path.c_str(), &database_);
        watcher_ = std::thread([this] { watch(); });
    }
    LockWatch(const LockWatch&) = delete;
    LockWatch& operator=(const LockWatch&) = delete;
    ~LockWatch() { sqlite3_close(database_); }
    Times stop() {
        done_ = true;
        watcher_.join();
        return std::move(held_);
    }

private:
    bool is_free() {
        if (sqlite3_exec(database_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) != SQLITE_OK) return false;
        sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
        return true;
    }
    void watch() {
        while (!done_) {
            const auto seen = Clock::now();
            bool was_held = false;
            while (!is_free()) {
                was_held = true;
                std::this_thread::sleep_for(std::chrono::microseconds{100});
            }
            if (was_held) held_.all.push_back(Clock::now() - seen);
            std::this_thread::sleep_for(std::chrono::microseconds{200});
        }
    }
    sqlite3* database_ = nullptr;
    std::atomic<bool> done_{false};
    Times held_;
    std::thread watcher_;
};

// The same store twice: with the sessions in use alone, and with all the others besides.
struct Subject {
    std::string name;
    std::unique_ptr<SessionStore> few;
    std::unique_ptr<SessionStore> many;
    std::unique_ptr<SessionStore> for_the_writer;  // another process's, as it were, of the many
    std::uint64_t batch = 100;                     // how many go in one transaction of `admin purge`
    std::string watched = {};                      // the SQLite file
    std::function<std::string()> server_says = [] { return std::string("-"); };  // of its longest script
};

struct Line {
    std::string name;
    Time session_few{}, session_many{};
    Time call_few{}, call_many{}, call_any{};
    std::uint64_t batch = 0;
    Time batch_median{}, batch_nearly_longest{}, batch_longest{};
    Time writer_alone{}, writer_median{}, writer_longest{};
    std::string server_says;
    double session_ratio() const { return session_many / session_few; }
    double call_ratio() const { return call_many / call_few; }
    bool holds() const {
        return session_ratio() <= kLookupAtMost && call_ratio() <= kLookupAtMost && batch_nearly_longest <= kLockAtMost;
    }
};

// Somebody at work: the request that shows the cookie, and the session's key.
struct Visitor {
    Request request;
    SessionKey key;
};

std::vector<Visitor> visitors_of(SessionStore& store, std::uint64_t count, FixedRandom& random) {
    const std::string token(700, 't');
    std::vector<Visitor> visitors;
    visitors.reserve(count);
    for (std::uint64_t number = 0; number < count; ++number) {
        const SessionCookie cookie =
            put_session(store, kKeys, random, kNow, {.access_token = token, .refresh_token = token});
        visitors.push_back({fetch_request("GET", "/auth/checksession", cookie_pair(cookie)), cookie.key()});
    }
    return visitors;
}

struct Functions {
    explicit Functions(SessionStore& store) : world{config, clock, random, log, kKeys, store} {
        config.public_url = parse_url("https://app.example.com").value();
    }
    Config config;
    FakeClock clock{kNow};
    FixedRandom random{1};
    RecordingLog log;
    SessionWorld world;
};

Time time_of_checksession(const Functions& functions, const Visitor& visitor) {
    Response response;
    const Time time = time_of([&] { response = handle_checksession(visitor.request, functions.world); });
    if (json_of(response).bool_at("loggedIn") != true) throw std::runtime_error("a session is not there");
    return time;
}

Time time_of_call(SessionStore& store, const SessionKey& key) {
    bool found = false;
    const Time time = time_of([&] { found = must(store.find(key, kNow)).has_value(); });
    if (!found) throw std::runtime_error("a row is not there");
    return time;
}

void measure_lookups(Subject& subject, std::uint64_t rows, Line& line) {
    FixedRandom random(1);
    std::mt19937_64 dice(1);
    const auto few = visitors_of(*subject.few, kInUse, random);
    const auto many = visitors_of(*subject.many, kInUse, random);
    const Functions with_few(*subject.few);
    const Functions with_many(*subject.many);
    Times session_few, session_many, call_few, call_many, call_any;
    for (int sample = 0; sample < 4 * kSamples; ++sample) {  // most of it warms
        const Time among_few = time_of_checksession(with_few, few[dice() % kInUse]);
        const Time among_many = time_of_checksession(with_many, many[dice() % kInUse]);
        if (sample < 3 * kSamples) continue;
        session_few.all.push_back(among_few);
        session_many.all.push_back(among_many);
    }
    for (int sample = 0; sample < kSamples; ++sample) {
        call_few.all.push_back(time_of_call(*subject.few, few[dice() % kInUse].key));
        call_many.all.push_back(time_of_call(*subject.many, many[dice() % kInUse].key));
    }
    for (int sample = 0; sample < kSamples; ++sample)
        call_any.all.push_back(time_of_call(*subject.many, filled_key(dice() % rows)));
    line.session_few = session_few.at(0.5);
    line.session_many = session_many.at(0.5);
    line.call_few = call_few.at(0.5);
    line.call_many = call_many.at(0.5);
    line.call_any = call_any.at(0.5);
}

// Moves idle limits until it is stopped: how long each took.
Times write_until(SessionStore& store, std::uint64_t rows, const std::function<bool()>& done) {
    std::mt19937_64 dice(2);
    Times times;
    for (int second = 1; !done(); ++second) {
        const SessionKey key = filled_key(dice() % rows);
        times.all.push_back(time_of([&] { must(store.touch(key, kNow + Seconds{40'000 + second % 3'000}, kNow)); }));
        std::this_thread::sleep_for(Milliseconds{1});
    }
    return times;
}

// Half of what is over goes with nobody else there, the other half while somebody writes.
void measure_purge(Subject& subject, std::uint64_t rows, Line& line) {
    Times batches;
    std::unique_ptr<LockWatch> watch;
    if (!subject.watched.empty()) watch = std::make_unique<LockWatch>(subject.watched);
    for (std::uint64_t removed = 0; removed < kOver / 2; removed += subject.batch)
        batches.all.push_back(time_of([&] { must(subject.many->purge(subject.batch, kNow)); }));
    if (watch) batches = watch->stop();
    if (batches.all.size() < 10) throw std::runtime_error("purge was never seen to hold the lock");
    line.batch_median = batches.at(0.5);
    line.batch_nearly_longest = batches.at(0.99);
    line.batch_longest = batches.at(1);
    const auto end = Clock::now() + Seconds{3};
    line.writer_alone = write_until(*subject.for_the_writer, rows, [&] { return Clock::now() >= end; }).at(1);
    std::atomic<bool> done{false};
    Times waits;
    std::thread writer([&] { waits = write_until(*subject.for_the_writer, rows, [&] { return done.load(); }); });
    while (must(subject.many->purge(100, kNow)) == 100) {
    }
    done = true;
    writer.join();
    line.writer_median = waits.at(0.5);
    line.writer_longest = waits.at(1);
}

std::function<void(std::uint64_t)> progress_of(const std::string& name, std::uint64_t all) {
    return [=](std::uint64_t done) {
        std::fprintf(stderr, "\r%-9s filling: %3d %%", name.c_str(), static_cast<int>(100 * done / all));
    };
}

Filling many_rows(const std::string& name, std::uint64_t rows) {
    return {kNow, rows, kOver, progress_of(name, rows + kOver)};
}

// --- the stores ---

Subject sqlite(std::uint64_t rows, const TemporaryDirectory& directory) {
    const auto open = [&](const char* name) {
        return must(open_sqlite_store(directory / name, {.purge_per_write = 0}));
    };
    Subject subject{"sqlite", open("few.db"), open("many.db"), open("many.db"), 16, directory / "many.db"};
    must(subject.few->migrate());
    must(subject.many->migrate());
    fill_sqlite(directory / "many.db", many_rows("sqlite", rows));
    return subject;
}

std::string postgres_with(const std::string& schema) {
    const char* server = std::getenv("VESTIBULE_TEST_POSTGRES");
    if (server == nullptr) throw std::runtime_error("run this by tests/with_stores");
    const auto hosts = must(parse_postgres_address(server, StoreTls::as_the_address_says, Milliseconds{60'000}));
    const auto connection =
        must(PostgresConnection::open(hosts.front(), Milliseconds{60'000}, Clock::now() + Milliseconds{60'000}));
    must(connection->execute("CREATE SCHEMA " + schema));
    // The servers of the tests do not wait for the disk; this one has to.
    must(connection->execute("ALTER SYSTEM SET fsync = on"));
    must(connection->execute("SELECT pg_reload_conf()"));
    return std::string(server) + "&options=-csearch_path%3D" + schema;
}

Subject postgres(std::uint64_t rows) {
    const std::string few = postgres_with("few");
    const std::string many = postgres_with("many");
    const auto open = [](const std::string& address) {
        return must(open_postgres_store(address, {.purge_per_write = 0}));
    };
    Subject subject{"postgres", open(few), open(many), open(many)};
    must(subject.few->migrate());
    must(subject.many->migrate());
    fill_postgres(many, many_rows("postgres", rows));
    return subject;
}

// The longest of what the server found slow, by its own clock.
std::string longest_script(const RedisServer& server) {
    std::istringstream lines(server.tell({"SLOWLOG", "GET", "-1"}));
    std::string line;
    double longest = 0;
    for (std::string before_before, before; std::getline(lines, line); before_before = before, before = line) {
        // An entry is: its number, the time of day, microseconds, and then the command.
        if (line.starts_with("EVAL")) longest = std::max(longest, std::atof(before.c_str()));
    }
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", longest / 1000);
    return text;
}

Subject redis(std::uint64_t rows, std::vector<std::unique_ptr<RedisServer>>& servers) {
    const auto start = [&]() -> RedisServer& {
        servers.push_back(std::make_unique<RedisServer>(
            std::vector<std::string>{"--appendonly", "yes", "--appendfsync", "everysec"}));
        return *servers.back();
    };
    RedisServer& few = start();
    RedisServer& many = start();
    const auto open = [](const RedisServer& server) {
        return must(open_redis_store(server.url(), {.purge_per_write = 0}));
    };
    Subject subject{"redis", open(few), open(many), open(many)};
    fill_by_inserts(*subject.many, many_rows("redis", rows));
    many.tell({"CONFIG", "SET", "slowlog-log-slower-than", "500"});
    many.tell({"CONFIG", "SET", "slowlog-max-len", "10000"});
    many.tell({"SLOWLOG", "RESET"});
    subject.server_says = [&many] { return longest_script(many); };
    return subject;
}

Line measure(Subject subject, std::uint64_t rows) {
    Line line;
    line.name = subject.name;
    line.batch = subject.batch;
    std::fprintf(stderr, "\r%-9s looking up      ", subject.name.c_str());
    measure_lookups(subject, rows, line);
    std::fprintf(stderr, "\r%-9s purging      ", subject.name.c_str());
    measure_purge(subject, rows, line);
    line.server_says = subject.server_says();
    std::fprintf(stderr, "\r%-9s done         \n", subject.name.c_str());
    return line;
}

double in_ms(Time time) { return time.count() / 1000; }

void print(const std::vector<Line>& lines, std::uint64_t rows) {
    std::printf("\n%llu sessions, and %llu that are over\n", static_cast<unsigned long long>(rows),
                static_cast<unsigned long long>(kOver));
    std::printf("%-9s | %-28s | %-34s | %-36s | %-34s |\n", "", "checksession, µs, median", "of that the store's call",
                "purge holds its lock, ms", "somebody's write, ms");
    std::printf("%-9s | %8s %9s %8s | %6s %9s %7s %8s | %4s %6s %7s %8s %6s | %12s %10s %10s |\n", "store", "alone",
                "among all", "ratio", "alone", "among all", "ratio", "any", "rows", "median", "99 %", "longest",
                "server", "alone, longest", "median", "longest");
    for (const Line& line : lines) {
        std::printf("%-9s | %8.1f %9.1f %8.2f | %6.1f %9.1f %7.2f %8.1f |", line.name.c_str(), line.session_few.count(),
                    line.session_many.count(), line.session_ratio(), line.call_few.count(), line.call_many.count(),
                    line.call_ratio(), line.call_any.count());
        std::printf(" %4d %6.1f %7.1f %8.1f %6s | %14.1f %8.1f %10.1f | %s\n", static_cast<int>(line.batch),
                    in_ms(line.batch_median), in_ms(line.batch_nearly_longest), in_ms(line.batch_longest),
                    line.server_says.c_str(), in_ms(line.writer_alone), in_ms(line.writer_median),
                    in_ms(line.writer_longest), line.holds() ? "ok" : "PASSES A LIMIT");
    }
    std::printf("limits: ratios %.1f, transaction %.0f ms (99 %%)\n", kLookupAtMost, in_ms(kLockAtMost));
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 3) {
        std::fprintf(stderr, "usage: rows_program ROWS STORE…\n");
        return 2;
    }
    const std::uint64_t rows = std::strtoull(arguments[1], nullptr, 10);
    std::vector<Line> lines;
    try {
        for (int i = 2; i < count; ++i) {
            const std::string name = arguments[i];
            const TemporaryDirectory directory;
            std::vector<std::unique_ptr<RedisServer>> servers;
            if (name == "sqlite") lines.push_back(measure(sqlite(rows, directory), rows));
            if (name == "postgres") lines.push_back(measure(postgres(rows), rows));
            if (name == "redis") lines.push_back(measure(redis(rows, servers), rows));
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "\n%s\n", error.what());
        return 1;
    }
    if (rows < kInUse || lines.empty()) {
        std::fprintf(stderr, "nothing was measured\n");
        return 1;
    }
    print(lines, rows);
    return std::all_of(lines.begin(), lines.end(), [](const Line& line) { return line.holds(); }) ? 0 : 1;
}
