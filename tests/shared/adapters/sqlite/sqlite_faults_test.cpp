// A store in trouble: an error with its cause, in bounded time, never a crash, mended without a restart (checklist
// X16).
#include <sqlite3.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>
#include <vector>

#include "tests/shared/adapters/sqlite/store_on_a_file.h"

using namespace vestibule;

TestSuite(sqlite_faults, .fini = remove_scratch_directory, .timeout = 60);

// Unavailable, with the operation and the cause in the detail.
template <class T>
static void expect_unavailable(const Result<T>& result, const char* operation, const char* cause) {
    cr_assert(not(result.has_value()), "%s succeeded", operation);
    const std::string& detail = result.error().detail;
    cr_expect(result.error().code == ErrorCode::store_unavailable);
    cr_expect(detail.find(std::string("sqlite ") + operation + ": ") == 0, "%s", detail.c_str());
    cr_expect(detail.find(cause) != std::string::npos, "%s", detail.c_str());
}

static void execute(const std::string& sql) {
    sqlite3* database = nullptr;
    cr_assert(sqlite3_open(path().c_str(), &database) == SQLITE_OK);
    cr_assert(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK, "%s",
              sqlite3_errmsg(database));
    sqlite3_close(database);
}

Test(sqlite_faults, a_missing_directory_is_unavailable_until_it_is_there) {
    const auto store = open_sqlite_store(scratch_directory() + "/later/sessions.db");
    cr_assert(store.has_value());
    expect_unavailable((*store)->find({"a"}, kNow), "find", "No such file or directory");
    expect_unavailable((*store)->insert(session_of("a"), kNow), "insert", "No such file or directory");
    expect_unavailable((*store)->check(), "check", "No such file or directory");
    std::filesystem::create_directory(scratch_directory() + "/later");
    cr_expect(insert(**store, "a"));
}

Test(sqlite_faults, a_read_only_directory_is_unavailable) {
    const uid_t self = geteuid();
    if (self == 0) {  // root may write anywhere: become somebody else
        cr_assert(chown(scratch_directory().c_str(), 65534, 65534) == 0);
        cr_assert(seteuid(65534) == 0);
    }
    std::filesystem::permissions(scratch_directory(), std::filesystem::perms{0555});
    expect_unavailable(open_store()->find({"a"}, kNow), "find", "Permission denied");
    std::filesystem::permissions(scratch_directory(), std::filesystem::perms{0755});
    cr_expect(insert(*open_store(), "a"));
    std::filesystem::permissions(path(), std::filesystem::perms{0400});
    expect_unavailable(open_store()->insert(session_of("b"), kNow), "insert", "readonly");
    cr_assert(seteuid(self) == 0);
}

Test(sqlite_faults, a_file_that_is_no_database_is_unavailable_and_left_alone) {
    const std::string text(5000, 'x');
    std::ofstream(path()) << text;
    expect_unavailable(open_store()->find({"a"}, kNow), "find", "not a database");
    std::ifstream file(path());
    cr_expect(std::string(std::istreambuf_iterator<char>(file), {}) == text);
}

Test(sqlite_faults, a_full_disk_is_unavailable_for_writing_and_heals) {
    const auto store = open_store();
    cr_assert(insert(*store, "before"));
    const auto other_process = open_store();  // keeps the write-ahead log, which the last one to leave would remove
    cr_assert(is_there(*other_process, "before"));
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    const rlim_t unlimited = limit.rlim_cur;
    limit.rlim_cur = std::filesystem::file_size(path() + "-wal");  // not a page more
    cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    expect_unavailable(store->insert(session_of("full"), kNow), "insert", "SQLite");
    expect_unavailable(store->check(), "check", "SQLite");
    cr_expect(is_there(*store, "before"));
    cr_expect(not(is_there(*store, "full")));
    limit.rlim_cur = unlimited;
    cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    cr_expect(insert(*store, "after"));
    cr_expect(is_there(*store, "before"));
}

Test(sqlite_faults, a_file_that_was_replaced_is_noticed_at_the_next_call) {
    const auto store = open_store();
    cr_assert(insert(*store, "old"));
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path() + suffix);
    const auto other_process = open_store();
    cr_assert(insert(*other_process, "new"));
    cr_expect(is_there(*store, "new"));
    cr_expect(not(is_there(*store, "old")));
    cr_assert(insert(*store, "newer"));
    cr_expect(is_there(*other_process, "newer"));
}

Test(sqlite_faults, a_table_that_is_missing_is_unavailable) {
    const auto store = open_store();
    cr_assert(insert(*store, "a"));
    execute("DROP TABLE session");
    expect_unavailable(store->find({"a"}, kNow), "find", "no such table");
    expect_unavailable(store->insert(session_of("b"), kNow), "insert", "no such table");
}

// --- time limits ---

// Holds the write lock like another process in a long transaction.
class ForeignWriter {
public:
    ForeignWriter() {
        cr_assert(sqlite3_open(path().c_str(), &database_) == SQLITE_OK);
        cr_assert(sqlite3_exec(database_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
    }
    ForeignWriter(const ForeignWriter&) = delete;
    ForeignWriter& operator=(const ForeignWriter&) = delete;
    ~ForeignWriter() { sqlite3_close(database_); }

private:
    sqlite3* database_ = nullptr;
};

Test(sqlite_faults, a_writer_waits_for_a_bounded_time_and_readers_not_at_all) {
    const auto store = open_store({.time_limit = Milliseconds{100}});
    cr_assert(insert(*store, "a"));
    const ForeignWriter other;
    const auto begin = std::chrono::steady_clock::now();
    expect_unavailable(store->touch({"a"}, kNow + Seconds{200}, kNow), "touch", "locked");
    const auto took = std::chrono::steady_clock::now() - begin;
    cr_expect(took >= Milliseconds{100} && took < Seconds{5});
    cr_expect(is_there(*store, "a"));
    cr_expect(store->list({}, 1, kNow).has_value());
}

Test(sqlite_faults, threads_beyond_the_connections_wait_their_turn) {
    const auto store = open_store({.connections = 2});
    std::vector<std::thread> threads;
    std::atomic<int> served{0};
    for (int i = 0; i < 32; ++i) {
        threads.emplace_back([&, i] {
            const std::string name = std::to_string(i);
            if (store->insert(session_of(name), kNow) && store->find({name}, kNow)) ++served;
        });
    }
    for (std::thread& thread : threads) thread.join();
    cr_expect(eq(int, served.load(), 32));
}

Test(sqlite_faults, threads_that_wait_for_their_turn_to_write_wait_for_a_bounded_time) {
    const auto store = open_store({.time_limit = Milliseconds{100}});
    cr_assert(insert(*store, "a"));
    const ForeignWriter other;
    std::vector<std::thread> threads;
    std::atomic<int> failed{0};
    for (int i = 0; i < 16; ++i) {
        threads.emplace_back([&] {
            if (!store->erase({"a"}, kNow)) ++failed;
        });
    }
    const auto begin = std::chrono::steady_clock::now();
    for (std::thread& thread : threads) thread.join();
    cr_expect(std::chrono::steady_clock::now() - begin < Seconds{1});  // not one after the other
    cr_expect(eq(int, failed.load(), 16));
    cr_expect(is_there(*store, "a"));
}
