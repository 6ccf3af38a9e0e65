// What is special to SQLite: its file, and purging without a daemon. The contract itself is proved in tests/contract/,
// what happens in trouble in sqlite_faults_test.cpp.
#include <sys/stat.h>

#include <fstream>

#include "tests/shared/adapters/sqlite/store_on_a_file.h"

using namespace vestibule;

TestSuite(sqlite_session_store, .fini = remove_scratch_directory, .timeout = 60);

// --- the file ---

Test(sqlite_session_store, opening_touches_nothing_and_the_first_use_creates_the_file) {
    const auto store = open_store();
    cr_expect(not(std::filesystem::exists(path())));
    cr_expect(not(is_there(*store, "a")));
    cr_expect(std::filesystem::exists(path()));
}

Test(sqlite_session_store, every_file_is_for_its_owner_only) {  // checklist X11
    umask(0);
    const auto store = open_store();
    cr_assert(insert(*store, "a"));
    int files = 0;
    for (const char* suffix : {"", "-wal", "-shm"}) {
        struct stat status {};
        cr_assert(stat((path() + suffix).c_str(), &status) == 0, "no %s", suffix);
        cr_expect(eq(int, static_cast<int>(status.st_mode & 07777), 0600), "sessions.db%s", suffix);
        ++files;
    }
    cr_expect(eq(int, files, 3));
}

Test(sqlite_session_store, what_was_erased_is_overwritten_in_the_file) {  // secure_delete, checklist X11
    const std::string canary = "canary-of-a-sealed-field";
    {
        const auto store = open_store();
        NewSession session = session_of("a");
        session.row.sealed.claims = canary;
        cr_assert(store->insert(session, kNow).has_value());
        cr_assert(store->erase({"a"}, kNow).has_value());
    }  // the last connection writes the log back and removes it
    std::ifstream file(path(), std::ios::binary);
    const std::string octets{std::istreambuf_iterator<char>(file), {}};
    cr_expect(octets.size() > 4096);
    cr_expect(octets.find(canary) == std::string::npos);
}

Test(sqlite_session_store, a_path_that_names_no_file_is_refused) {
    cr_expect(not(open_sqlite_store("").has_value()));
    cr_expect(not(open_sqlite_store(std::string("a\0b", 3)).has_value()));
}

Test(sqlite_session_store, names_that_are_special_to_sqlite_are_files) {
    std::filesystem::current_path(scratch_directory());
    const auto store = open_sqlite_store(":memory:");
    cr_assert(store.has_value());
    cr_expect(insert(**store, "a"));
    cr_expect(std::filesystem::exists(scratch_directory() + "/:memory:"));
}

// --- purge without a daemon (DESIGN §2) ---

static bool consumes(SessionStore& store, WallTime now) {
    return store.consume_once(OnceKind::flow, "f", now + Seconds{9}, now).value();
}
static std::uint64_t expired_at(SessionStore& store, WallTime now) { return store.statistics(now)->expired; }

Test(sqlite_session_store, every_insert_and_every_consumed_id_purges_a_few) {
    const auto store = open_store({.purge_per_write = 3});
    for (int i = 0; i < 10; ++i) cr_assert(insert(*store, std::to_string(i)));
    const WallTime later = kNow + Seconds{100};
    cr_assert(eq(u64, expired_at(*store, later), 10));
    cr_assert(store->insert(session_of("new", Seconds{500}), later).has_value());
    cr_expect(eq(u64, expired_at(*store, later), 7));
    cr_assert(consumes(*store, later));
    cr_expect(eq(u64, expired_at(*store, later), 4));
    cr_expect(not(consumes(*store, later)));
    cr_expect(eq(u64, expired_at(*store, later), 4));
}

Test(sqlite_session_store, a_store_in_use_does_not_grow) {
    const auto store = open_store();
    for (int i = 0; i < 300; ++i) {
        const WallTime now = kNow + Seconds{i * 100};
        NewSession session = session_of(std::to_string(i));
        session.row.idle_expires_at = session.row.expires_at = now + Seconds{100};
        cr_assert(store->insert(session, now).has_value());
    }
    cr_expect(expired_at(*store, kNow + Seconds{299 * 100}) <= 1);
}
