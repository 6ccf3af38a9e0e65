// Floors go down only (DESIGN §5). Reads the #include lines of the house and holds them against the plan; fails where
// it sees suspiciously little.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

// What each room may include besides itself. A room that is not listed does not exist.
const std::map<std::string, Names>& plan() {
    static const Names http_floor{"base", "codec", "crypto", "http"};
    static const Names everything{"base",    "codec",  "crypto",   "http",     "oauth", "policy",
                                  "session", "config", "provider", "adapters", "world"};
    static const auto with = [](Names names, const Names& more) {
        names.insert(more.begin(), more.end());
        return names;
    };
    static const std::map<std::string, Names> rooms{
        {"base", {}},
        {"codec", {"base"}},
        {"crypto", {"base", "codec"}},
        {"http", {"base", "codec"}},
        {"config", http_floor},
        {"policy", with(http_floor, {"config"})},
        {"oauth", with(http_floor, {"config"})},
        {"session", with(http_floor, {"config"})},
        {"provider", with(http_floor, {"config", "oauth", "session"})},
        {"adapters", with(http_floor, {"config", "oauth", "policy", "session"})},
        {"world", everything},
        {"functions",
         [] {
             Names names = everything;
             names.erase("adapters");
             return names;
         }()},
    };
    return rooms;
}

// Which outside libraries a place may include; everything else stands behind an interface.
struct Library {
    std::string prefix;  // of the name between < and >
    Names places;        // path prefixes
};
const std::vector<Library>& libraries() {
    static const std::vector<Library> list{
        {"openssl/", {"shared/crypto/"}},
        {"rapidjson/", {"shared/codec/"}},
        {"curl/", {"shared/adapters/curl/"}},
        {"sqlite3.h", {"shared/adapters/sqlite/"}},
        {"postgresql/", {"shared/adapters/postgres/"}},
        {"hiredis/", {"shared/adapters/redis/"}},
        {"fcgi", {"shared/adapters/fastcgi/"}},
        {"CLI/", {"functions/admin/", "shared/world/"}},
        {"tl/", {"shared/base/"}},
        {"criterion/", {}},
    };
    return list;
}

std::vector<fs::path> sources() {
    std::vector<fs::path> found;
    for (const char* top : {"shared", "functions"}) {
        for (const auto& entry : fs::recursive_directory_iterator(top)) {
            const auto extension = entry.path().extension();
            if (extension == ".cpp" || extension == ".h") found.push_back(entry.path());
        }
    }
    return found;
}

std::string room_of(const fs::path& path) {
    const auto first = *path.begin();
    return first == "functions" ? "functions" : std::next(path.begin())->string();
}

struct Include {
    std::string name;
    bool ours;  // "…" rather than <…>
};

std::vector<Include> includes_of(const fs::path& path) {
    std::vector<Include> found;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("#include ") || line.size() < 12) continue;
        const char close = line[9] == '"' ? '"' : '>';
        found.push_back({line.substr(10, line.find(close, 10) - 10), close == '"'});
    }
    return found;
}

std::string room_of_include(const std::string& name) { return name.substr(0, name.find('/')); }

bool starts_with_any(const std::string& text, const Names& prefixes) {
    for (const std::string& prefix : prefixes) {
        if (text.starts_with(prefix)) return true;
    }
    return false;
}

std::vector<std::string> lines_of(const fs::path& path) {
    std::vector<std::string> lines;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

}  // namespace

Test(floors, every_room_is_in_the_plan_and_the_plan_has_no_empty_room) {
    Names seen;
    for (const fs::path& path : sources()) {
        seen.insert(room_of(path));
        cr_expect(plan().contains(room_of(path)), "%s is in a room nobody planned", path.c_str());
    }
    cr_assert(eq(sz, seen.size(), plan().size()));
}

Test(floors, includes_go_down_only) {
    int checked = 0;
    for (const fs::path& path : sources()) {
        const std::string room = room_of(path);
        for (const Include& include : includes_of(path)) {
            if (!include.ours) continue;
            ++checked;
            const std::string target = room_of_include(include.name);
            cr_expect(target == room || plan().at(room).contains(target), "%s includes %s", path.c_str(),
                      include.name.c_str());
        }
    }
    cr_assert(gt(int, checked, 300), "only %d includes seen", checked);
}

Test(floors, a_function_knows_no_other_function) {
    int checked = 0;
    for (const fs::path& path : sources()) {
        if (room_of(path) != "functions") continue;
        const std::string own = path.parent_path().string() + "/";
        for (const Include& include : includes_of(path)) {
            if (!include.ours || room_of_include(include.name) != "functions") continue;
            ++checked;
            cr_expect(include.name.starts_with(own), "%s includes %s", path.c_str(), include.name.c_str());
        }
    }
    cr_assert(gt(int, checked, 10), "only %d includes seen", checked);
}

Test(floors, each_outside_library_has_its_own_place) {
    std::map<std::string, int> uses;
    for (const fs::path& path : sources()) {
        for (const Include& include : includes_of(path)) {
            if (include.ours) continue;
            for (const Library& library : libraries()) {
                if (!include.name.starts_with(library.prefix)) continue;
                ++uses[library.prefix];
                cr_expect(starts_with_any(path.string(), library.places), "%s includes <%s>", path.c_str(),
                          include.name.c_str());
            }
        }
    }
    for (const char* prefix : {"openssl/", "rapidjson/", "curl/", "sqlite3.h", "fcgi", "tl/"}) {
        cr_expect(gt(int, uses[prefix], 0), "nobody includes <%s…>: the check sees nothing", prefix);
    }
}

Test(floors, every_main_is_at_most_30_lines_and_only_main_may_exit) {
    int mains = 0;
    for (const fs::path& path : sources()) {
        const auto lines = lines_of(path);
        if (path.filename() == "main.cpp") {
            ++mains;
            cr_expect(le(sz, lines.size(), 30), "%s", path.c_str());
            continue;
        }
        for (const std::string& line : lines) {
            const bool exits = line.find(" exit(") != std::string::npos || line.find("std::exit(") != std::string::npos;
            cr_expect(not(exits), "%s: %s", path.c_str(), line.c_str());
        }
    }
    cr_assert(ge(int, mains, 8));
}

Test(floors, every_function_has_its_own_readme) {
    int seen = 0;
    for (const auto& entry : fs::directory_iterator("functions")) {
        if (!entry.is_directory()) continue;
        ++seen;
        cr_expect(fs::exists(entry.path() / "README.md"), "%s", entry.path().c_str());
    }
    cr_assert(ge(int, seen, 8));
}

Test(floors, unit_tests_mirror_the_tree) {
    int checked = 0;
    for (const auto& entry : fs::recursive_directory_iterator("tests/shared")) {
        const std::string name = entry.path().filename().string();
        if (!name.ends_with("_test.cpp")) continue;
        ++checked;
        const fs::path room = fs::relative(entry.path().parent_path(), "tests");
        cr_expect(fs::is_directory(room), "%s mirrors nothing", entry.path().c_str());
    }
    cr_assert(gt(int, checked, 20), "only %d test files seen", checked);
}
