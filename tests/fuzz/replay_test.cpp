#include <criterion/criterion.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/fuzz/fuzz_target.h"

namespace fs = std::filesystem;

namespace vestibule::fuzz {
namespace {

const fs::path kCorpora = "tests/fuzz/corpus";

std::set<fs::path> files_below(const fs::path& path) {
    if (fs::is_regular_file(path)) return {path};
    std::set<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
        if (entry.is_regular_file()) files.insert(entry.path());
    }
    return files;
}

std::string octets_of(const fs::path& path) {
    std::ostringstream octets;
    octets << std::ifstream(path, std::ios::binary).rdbuf();
    return octets.str();
}

// A crash takes the test's process with it; its last words are which file it was.
char current_file[512];

#ifdef __SANITIZE_ADDRESS__
void name_the_file_of_a_crash() {}  // AddressSanitizer says more
#else
[[noreturn]] void name_file_and_die(int signal) {
    std::fprintf(stderr, "fuzz: signal %d on %s\n", signal, current_file);
    std::_Exit(128 + signal);
}

void name_the_file_of_a_crash() {
    for (const int signal : {SIGABRT, SIGSEGV, SIGFPE, SIGILL, SIGBUS}) std::signal(signal, name_file_and_die);
}
#endif

void run(Target target, const fs::path& path) {
    std::strncpy(current_file, path.c_str(), sizeof current_file - 1);
    // An exact copy on the heap, as libFuzzer gives it: reading past its end is noticed by AddressSanitizer.
    const std::string text = octets_of(path);
    const std::vector<char> octets(text.begin(), text.end());
    try {
        target(std::string_view(octets.data(), octets.size()));
    } catch (const std::exception& broken) {
        cr_expect(false, "%s: %s", path.c_str(), broken.what());
    }
}

}  // namespace

void replay(Target target, const char* name, const std::vector<std::string>& more) {
    name_the_file_of_a_crash();
    std::set<fs::path> files = files_below(kCorpora / name);
    cr_assert(!files.empty(), "%s has no corpus", name);
    for (const std::string& place : more) {
        const auto found = files_below(place);
        cr_assert(!found.empty(), "%s has nothing to replay", place.c_str());
        files.insert(found.begin(), found.end());
    }
    for (const fs::path& file : files) run(target, file);
}

}  // namespace vestibule::fuzz

Test(fuzz, every_corpus_belongs_to_a_target) {
    std::size_t seen = 0;
    for (const auto& corpus : fs::directory_iterator(vestibule::fuzz::kCorpora)) {
        const fs::path target = "tests/fuzz/" + corpus.path().filename().string() + "_fuzzer.cpp";
        cr_expect(fs::exists(target), "%s has no target", corpus.path().c_str());
        ++seen;
    }
    cr_assert(seen > 0);
}

Test(fuzz, a_broken_rule_is_noticed) {
    bool noticed = false;
    try {
        vestibule::fuzz::require(false, "never");
    } catch (const std::logic_error&) {
        noticed = true;
    }
    cr_assert(noticed);
}
