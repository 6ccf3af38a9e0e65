// `keys rotate`, `promote`, `list` and `retire`, and what an operator does when a key leaks (SECURITY.md).
#include "functions/admin/keys.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "adapters/system/config_sources.h"
#include "adapters/system/key_file.h"
#include "crypto/seal.h"
#include "session/live_session.h"
#include "tests/functions/admin/admin_world.h"
#include "tests/support/http_text.h"

using namespace vestibule;
using namespace vestibule::admin;

namespace {

const char* const kOld = "old:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\n";

std::string folder;

void make_folder() {
    char name[] = "/tmp/vestibule-keys-XXXXXX";
    folder = mkdtemp(name);
}
void remove_folder() { std::filesystem::remove_all(folder); }

// A key file beside a configuration whose sessions live for 12 hours at most.
struct KeyDrawer {
    FakeClock clock;
    FixedRandom random;
    std::ostringstream out, err;
    Terminal terminal{out, err};
    const std::string path = folder + "/keys";
    ConfigSources sources{[this](std::string_view name) { return variable(name); }, system_config_sources().file};
    KeyDesk desk{sources, clock, random, terminal};

    explicit KeyDrawer(const std::string& content = kOld) {
        std::ofstream(path) << content;
        chmod(path.c_str(), 0600);
    }
    std::optional<std::string> variable(std::string_view name) const {
        if (name == "BFF_PUBLIC_URL") return "https://app.example.com";
        if (name == "BFF_ISSUER") return "https://id.example.com";
        if (name == "BFF_CLIENT_ID") return "spa";
        if (name == "BFF_CLIENT_SECRET") return "a secret of enough characters";
        if (name == "BFF_STORE") return "sqlite:/var/lib/vestibule/sessions.db";
        if (name == "BFF_KEYS_FILE") return path;
        return std::nullopt;
    }
    std::string text() const {
        std::ifstream file(path);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    std::string ids() const {
        std::string ids;
        const auto ring = KeyRing::parse(Secret(text()));
        if (!ring) return "unreadable";
        for (const KeyRing::Key& key : ring->keys()) ids += key.id + " ";
        return ids;
    }
    int retire(const std::string& id, RetireKey::Force force = RetireKey::Force::no) {
        err.str("");
        return retire_key({id, std::nullopt, force}, desk);
    }
};

}  // namespace

TestSuite(admin_keys, .init = make_folder, .fini = remove_folder, .timeout = 60);

Test(admin_keys, X05_rotation_puts_a_new_key_first_and_keeps_the_old_ones) {
    KeyDrawer drawer;
    cr_assert(eq(int, rotate_keys({}, drawer.desk), kDone), "%s", drawer.err.str().c_str());
    cr_expect(eq(str, drawer.ids(), std::string("2026-01-01 old ")));
    cr_assert(eq(int, rotate_keys({"third", std::nullopt}, drawer.desk), kDone));
    cr_expect(eq(str, drawer.ids(), std::string("third 2026-01-01 old ")));
    cr_expect(drawer.text().find("# until 2026-01-01T00:00:00Z sealed with: old\n") != std::string::npos);
    const std::string key = drawer.text().substr(6, 43);
    cr_expect(drawer.out.str().find(key) == std::string::npos, "what goes into a file is not shown");
    struct stat facts {};
    cr_assert(eq(int, stat(drawer.path.c_str(), &facts), 0));
    cr_expect(eq(u32, facts.st_mode & 0777, 0600));
}

Test(admin_keys, X05_a_staged_key_only_opens_until_it_is_promoted) {
    KeyDrawer drawer(std::string("# ours\n") + kOld);
    cr_assert(eq(int, rotate_keys({"next", std::nullopt, RotateKeys::Place::last}, drawer.desk), kDone));
    cr_expect(eq(str, drawer.ids(), std::string("old next ")));
    cr_assert(eq(int, promote_key({"next", std::nullopt}, drawer.desk), kDone));
    cr_expect(eq(str, drawer.ids(), std::string("next old ")));
    cr_expect(drawer.text().find("# ours\n") != std::string::npos);
    cr_expect(eq(int, promote_key({"nobody", std::nullopt}, drawer.desk), kFailed));
}

Test(admin_keys, X05_a_key_is_retired_when_no_session_can_need_it_and_not_before) {
    KeyDrawer drawer;
    cr_expect(eq(int, drawer.retire("old"), kFailed), "it seals");
    cr_assert(eq(int, rotate_keys({"new", std::nullopt}, drawer.desk), kDone));
    drawer.clock.advance(std::chrono::hours{12});
    cr_expect(eq(int, drawer.retire("old"), kFailed));
    cr_expect(drawer.err.str().find("for another 10 min") != std::string::npos, "%s", drawer.err.str().c_str());
    cr_expect(eq(str, drawer.ids(), std::string("new old ")));
    drawer.clock.advance(kLoginFlowLifetime);
    cr_assert(eq(int, drawer.retire("old"), kDone), "%s", drawer.err.str().c_str());
    cr_expect(eq(str, drawer.ids(), std::string("new ")));
    cr_expect(drawer.text().find("old") == std::string::npos);
}

Test(admin_keys, X05_retiring_can_be_forced_but_never_the_key_that_seals) {
    KeyDrawer drawer(std::string("new:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI\n") + kOld);
    cr_expect(eq(int, drawer.retire("old"), kFailed), "nobody wrote down when it ceased to seal");
    cr_expect(eq(int, drawer.retire("new", RetireKey::Force::yes), kFailed));
    cr_expect(eq(int, drawer.retire("nobody", RetireKey::Force::yes), kFailed));
    cr_expect(eq(int, drawer.retire("old", RetireKey::Force::yes), kDone));
    cr_expect(eq(str, drawer.ids(), std::string("new ")));
}

Test(admin_keys, the_list_says_which_seals_and_which_may_go) {
    KeyDrawer drawer;
    (void)rotate_keys({"new", std::nullopt}, drawer.desk);
    drawer.clock.advance(std::chrono::hours{1});
    drawer.out.str("");
    cr_assert(eq(int, list_keys({}, drawer.desk), kDone));
    cr_expect(drawer.out.str().find("old  2026-01-01T00:00:00Z  in 11 h 10 min  opens\n") != std::string::npos, "%s",
              drawer.out.str().c_str());
    drawer.out.str("");
    cr_assert(eq(int, list_keys({std::nullopt, Output::json}, drawer.desk), kDone));
    const auto listed = Json::parse(drawer.out.str());
    cr_assert(listed.has_value());
    const auto& keys = listed->find("keys")->as_array();
    cr_expect(keys.at(0).find("seals")->as_bool() && !keys.at(1).find("seals")->as_bool());
    cr_expect(eq(str, keys.at(1).string_at("mayRetireAt").value(), std::string("2026-01-01T12:10:00Z")));
    cr_expect(drawer.out.str().find("AQEB") == std::string::npos);
}

Test(admin_keys, what_cannot_be_right_leaves_the_file_alone) {
    KeyDrawer drawer;
    cr_expect(eq(int, rotate_keys({"old", std::nullopt}, drawer.desk), kFailed), "an id that is there");
    cr_expect(eq(int, rotate_keys({"a b", std::nullopt}, drawer.desk), kFailed));
    cr_expect(eq(int, rotate_keys({std::nullopt, folder + "/none"}, drawer.desk), kFailed));
    chmod(drawer.path.c_str(), 0644);
    cr_expect(eq(int, rotate_keys({}, drawer.desk), kFailed), "others may read it");
    cr_expect(eq(str, drawer.text(), std::string(kOld)));
}

// --- the runbook of SECURITY.md, step by step, against a ring that follows the file as a running function does ---

namespace {

struct RunningFunction {
    KeyDrawer drawer;
    RecordingLog log;
    MemorySessionStore store;
    KeyRing keys = KeyRing::parse(Secret(drawer.text())).value();

    RunningFunction() { keys.follow(std::make_unique<KeyFile>(drawer.path, drawer.sources, log), drawer.clock); }
    SessionCookie log_in() { return put_session(store, keys, drawer.random, drawer.clock.now()); }
    bool opens(const SessionCookie& cookie) {
        const Request request = request_of("GET / HTTP/1.1\nCookie: " + cookie_pair(cookie) + "\n\n");
        return find_live_session(request, store, keys, drawer.clock.now()).value().has_value();
    }
    std::string key_of(const SessionCookie& cookie) {
        return sealing_key_id(store.find(cookie.key(), drawer.clock.now()).value()->sealed.claims).value_or("");
    }
    void a_moment_passes() { drawer.clock.advance(Seconds{2}); }
    void rotation_settles() {
        a_moment_passes();
        (void)keys.keys();
        drawer.clock.advance(Seconds{11});
        (void)keys.keys();
    }
};

}  // namespace

Test(admin_keys, X05_a_rotation_under_a_running_function_logs_nobody_out) {
    RunningFunction running;
    const SessionCookie before = running.log_in();
    (void)rotate_keys({"new", std::nullopt}, running.drawer.desk);
    running.a_moment_passes();
    cr_expect(running.opens(before));
    cr_expect(eq(str, running.key_of(running.log_in()), std::string("old")), "other processes may not know it yet");
    running.rotation_settles();
    const SessionCookie after = running.log_in();
    cr_expect(eq(str, running.key_of(after), std::string("new")));
    cr_expect(running.opens(before) && running.opens(after));
    cr_expect(running.log.has("keys.changed"));
}

Test(admin_keys, runbook_a_key_of_the_ring_leaked) {
    RunningFunction running;
    const SessionCookie before = running.log_in();
    // 1. A new key seals. 2. The leaked one goes at once. Its sessions end; the others stay.
    cr_assert(eq(int, rotate_keys({"new", std::nullopt}, running.drawer.desk), kDone));
    running.rotation_settles();
    const SessionCookie after = running.log_in();
    cr_assert(eq(int, running.drawer.retire("old", RetireKey::Force::yes), kDone));
    running.a_moment_passes();
    cr_expect(not(running.opens(before)));
    cr_expect(running.opens(after));
    cr_expect(running.store.find(before.key(), running.drawer.clock.now()).value().has_value(),
              "a mistake with keys can be undone");
}

Test(admin_keys, runbook_the_store_and_the_keys_leaked) {
    AdminWorld admin;
    admin.put("alice");
    admin.put("bob");
    // The cookies are still the browsers' alone, so nothing opens; everybody is sent away all the same.
    cr_assert(eq(int, admin.run(EndSessions{Everybody{}}), kDone));
    cr_expect(eq(sz, admin.live(), 0));
    cr_expect(eq(str, admin.out.str(), std::string("2 sessions ended\n")));
}

Test(admin_keys, a_file_that_turns_bad_leaves_the_keys_as_they_are) {
    RunningFunction running;
    const SessionCookie cookie = running.log_in();
    std::ofstream(running.drawer.path) << "no key at all\n";
    running.a_moment_passes();
    cr_expect(running.opens(cookie));
    cr_expect(running.log.has("keys.not_changed"));
    cr_expect(running.log.text().find("no key at all") == std::string::npos);
    std::filesystem::remove(running.drawer.path);
    running.a_moment_passes();
    cr_expect(running.opens(cookie));
    std::ofstream(running.drawer.path) << "new:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI\n" << kOld;
    chmod(running.drawer.path.c_str(), 0644);
    running.a_moment_passes();
    cr_expect(running.opens(cookie));
    cr_expect(running.keys.find("new") == nullptr, "others may read it");
}

Test(admin_keys, A26_X05_a_file_that_was_refused_is_taken_once_its_mode_is_mended) {
    RunningFunction running;
    std::ofstream(running.drawer.path) << "new:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI\n" << kOld;
    chmod(running.drawer.path.c_str(), 0644);
    for (int look = 0; look < 3; ++look) {
        running.a_moment_passes();
        cr_expect(running.keys.find("new") == nullptr);
    }
    cr_expect(eq(sz, running.log.count("keys.not_changed"), 1), "the same is said once");
    chmod(running.drawer.path.c_str(), 0600);
    running.a_moment_passes();
    cr_expect(running.keys.find("new") != nullptr);
    chmod(running.drawer.path.c_str(), 0644);
    running.a_moment_passes();
    cr_expect(running.keys.find("new") != nullptr, "the keys there are stay");
    cr_expect(eq(sz, running.log.count("keys.not_changed"), 2), "but it is said again");
}

Test(admin_keys, X05_a_read_that_fails_once_is_made_again) {
    KeyDrawer drawer;
    RecordingLog log;
    int failures = 2;
    const auto really = drawer.sources.file;
    drawer.sources.file = [&](const std::string& path, ConfigSources::Privacy privacy) {
        if (failures-- > 0) return Result<std::optional<std::string>>(failure(ErrorCode::internal, "too many files"));
        return really(path, privacy);
    };
    KeyFile file(drawer.path, drawer.sources, log);
    cr_expect(not(file.newer().has_value()));
    cr_expect(not(file.newer().has_value()));
    cr_expect(eq(sz, log.count("keys.not_changed"), 1));
    cr_expect(file.newer().has_value());
    cr_expect(not(file.newer().has_value()), "it is known by now");
}

Test(admin_keys, X05_a_file_of_the_same_size_and_date_is_another_one) {
    KeyDrawer drawer;
    RecordingLog log;
    KeyFile file(drawer.path, drawer.sources, log);
    cr_assert(file.newer().has_value());
    const auto date = std::filesystem::last_write_time(drawer.path);
    std::this_thread::sleep_for(Milliseconds{50});  // the clock of the file system is a coarse one
    std::string other = kOld;
    other.replace(0, 3, "new");
    std::ofstream(drawer.path) << other;
    std::filesystem::last_write_time(drawer.path, date);
    cr_expect(file.newer().has_value());
}
