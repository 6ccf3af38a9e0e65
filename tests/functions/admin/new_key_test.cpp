#include "functions/admin/new_key.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "adapters/system/config_sources.h"
#include "tests/functions/admin/admin_world.h"

using namespace vestibule;
using namespace vestibule::admin;

namespace {

std::string folder;

void make_folder() {
    char name[] = "/tmp/vestibule-admin-XXXXXX";
    folder = mkdtemp(name);
}
void remove_folder() { std::filesystem::remove_all(folder); }

std::string content_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::string& path, const std::string& content, mode_t mode) {
    std::ofstream(path) << content;
    chmod(path.c_str(), mode);
}

mode_t mode_of(const std::string& path) {
    struct stat facts {};
    cr_assert(eq(int, stat(path.c_str(), &facts), 0));
    return facts.st_mode & 0777;
}

std::vector<std::string> ids_in(const std::string& path) {
    const auto ring = KeyRing::parse(Secret(content_of(path)));
    cr_assert(ring.has_value());
    std::vector<std::string> ids;
    for (const KeyRing::Key& key : ring->keys()) ids.push_back(key.id);
    return ids;
}

struct Maker {
    FakeClock clock;
    FixedRandom random;
    std::ostringstream out, err;

    int make(const NewKey& command) {
        out.str("");
        err.str("");
        return new_key(command, system_config_sources(), clock, random, {out, err});
    }
};

using Ids = std::vector<std::string>;

}  // namespace

TestSuite(admin_new_key, .init = make_folder, .fini = remove_folder);

Test(admin_new_key, a_line_is_printed_that_a_key_file_takes_named_after_the_day) {
    Maker maker;
    cr_assert(eq(int, maker.make({}), kDone));
    const auto ring = KeyRing::parse(Secret(maker.out.str()));
    cr_assert(ring.has_value());
    cr_expect(eq(str, std::string(ring->sealing().id), std::string("2026-01-01")));
    cr_expect(eq(sz, ring->sealing().octets.size(), 32));
}

Test(admin_new_key, a_file_is_made_for_its_owner_only_A26) {
    Maker maker;
    umask(0);
    const std::string file = folder + "/keys";
    cr_assert(eq(int, maker.make({std::nullopt, file}), kDone), "%s", maker.err.str().c_str());
    cr_expect(eq(u32, mode_of(file), 0600));
    cr_expect(ids_in(file) == Ids{"2026-01-01"});
    const std::string key = content_of(file).substr(11, 43);
    cr_expect(maker.out.str().find(key) == std::string::npos);  // what goes into a file is not shown
    cr_expect(not(std::filesystem::exists(file + ".new")));
}

Test(admin_new_key, the_newest_key_stands_first_and_the_others_stay) {
    Maker maker;
    const std::string file = folder + "/keys";
    write(file, "# ours\nold:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\n", 0400);
    cr_assert(eq(int, maker.make({std::nullopt, file}), kDone), "%s", maker.err.str().c_str());
    cr_assert(eq(int, maker.make({std::nullopt, file}), kDone), "%s", maker.err.str().c_str());
    cr_assert(eq(int, maker.make({"mine", file}), kDone), "%s", maker.err.str().c_str());
    const Ids wanted = {"mine", "2026-01-01-2", "2026-01-01", "old"};
    cr_expect(ids_in(file) == wanted);
    cr_expect(content_of(file).ends_with("# ours\nold:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\n"));
    cr_expect(eq(u32, mode_of(file), 0400));
}

Test(admin_new_key, a_file_without_a_line_end_is_not_glued_together) {
    Maker maker;
    const std::string file = folder + "/keys";
    write(file, "old:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE", 0600);
    cr_assert(eq(int, maker.make({"new", file}), kDone));
    const Ids wanted = {"new", "old"};
    cr_expect(ids_in(file) == wanted);
}

Test(admin_new_key, X05_the_advice_is_true_of_functions_that_follow_the_file) {
    Maker maker;
    const std::string file = folder + "/keys";
    cr_assert(eq(int, maker.make({"first", file}), kDone));
    cr_expect(maker.out.str().find("Several hosts") == std::string::npos, "nothing is sealed with another one yet");
    cr_assert(eq(int, maker.make({"second", file}), kDone));
    cr_expect(maker.out.str().find("restart") == std::string::npos, "%s", maker.out.str().c_str());
    cr_expect(maker.out.str().find("admin keys rotate --staged") != std::string::npos);
    cr_expect(maker.out.str().find("admin keys promote") != std::string::npos);
}

Test(admin_new_key, a_link_to_a_file_stays_a_link) {
    Maker maker;
    std::filesystem::create_symlink(folder + "/real", folder + "/keys");
    write(folder + "/real", "old:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\n", 0600);
    cr_assert(eq(int, maker.make({"new", folder + "/keys"}), kDone), "%s", maker.err.str().c_str());
    cr_expect(std::filesystem::is_symlink(folder + "/keys"));
    cr_expect(eq(sz, ids_in(folder + "/real").size(), 2));
}

Test(admin_new_key, what_cannot_be_right_leaves_the_file_alone) {
    struct Row {
        const char* name;
        std::string before;
        mode_t mode;
        std::optional<std::string> id;
    };
    const std::string good = "old:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\n";
    for (const Row& row : {Row{"an id that is there", good, 0600, "old"}, Row{"an id that is none", good, 0600, "a b"},
                           Row{"an empty id", good, 0600, ""}, Row{"a long id", good, 0600, std::string(17, 'a')},
                           Row{"a file that others may read", good, 0644, std::nullopt},
                           Row{"a file that holds no keys", "CANARY is no key\n", 0600, std::nullopt}}) {
        Maker maker;
        const std::string file = folder + "/keys";
        write(file, row.before, row.mode);
        cr_expect(eq(int, maker.make({row.id, file}), kFailed), "%s", row.name);
        cr_expect(maker.err.str().starts_with("admin: no key was made: "), "%s: %s", row.name, maker.err.str().c_str());
        cr_expect(maker.err.str().find("CANARY") == std::string::npos, "%s", row.name);
        cr_expect(eq(str, content_of(file), std::string(row.before)), "%s", row.name);
        cr_expect(not(std::filesystem::exists(file + ".new")), "%s", row.name);
        std::filesystem::remove(file);
    }
}

Test(admin_new_key, somebody_else_who_writes_is_not_disturbed) {
    Maker maker;
    write(folder + "/keys.new", "half", 0600);
    cr_assert(eq(int, maker.make({"k", folder + "/keys"}), kFailed));
    cr_expect(maker.err.str().find("exists: somebody else is writing") != std::string::npos);
    cr_expect(eq(str, content_of(folder + "/keys.new"), std::string("half")));
}
