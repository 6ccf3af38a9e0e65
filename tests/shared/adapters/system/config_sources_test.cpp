#include "adapters/system/config_sources.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace vestibule;

namespace {

using Privacy = ConfigSources::Privacy;

std::string folder;

void make_folder() {
    char name[] = "/tmp/vestibule-config-XXXXXX";
    folder = mkdtemp(name);
}
void remove_folder() { std::filesystem::remove_all(folder); }

std::string file(const std::string& name, const std::string& content, mode_t mode) {
    const std::string path = folder + "/" + name;
    std::ofstream(path) << content;
    chmod(path.c_str(), mode);
    return path;
}

}  // namespace

TestSuite(config_sources, .init = make_folder, .fini = remove_folder);

Test(config_sources, a_file_is_read_as_it_is) {
    const auto content = system_config_sources().file(file("a", "one\ntwo", 0644), Privacy::any);
    cr_assert(content.has_value() && content->has_value());
    cr_expect(eq(str, std::string(**content), std::string("one\ntwo")));
}

Test(config_sources, a_missing_file_is_absent_and_not_an_error) {
    const auto content = system_config_sources().file(folder + "/nothing/here", Privacy::any);
    cr_assert(content.has_value());
    cr_expect(not(content->has_value()));
}

Test(config_sources, a_secret_that_others_may_read_or_change_is_refused_A26) {
    for (const mode_t mode : {0644, 0604, 0640, 0660, 0620, 0602, 0666, 0601}) {
        const std::string path = file("secret", "CANARY", mode);
        if (geteuid() != 0) cr_assert(eq(i32, chown(path.c_str(), geteuid(), getegid()), 0));
        const auto content = system_config_sources().file(path, Privacy::secret);
        cr_expect(not(content.has_value()), "%o", mode);
        if (!content) cr_expect(content.error().detail.find("CANARY") == std::string::npos);
    }
    for (const mode_t mode : {0600, 0400}) {
        cr_expect(system_config_sources().file(file("secret", "x", mode), Privacy::secret).has_value(), "%o", mode);
    }
}

Test(config_sources, a_secret_of_roots_may_be_handed_to_our_group_but_not_to_everybody) {
    if (geteuid() != 0) cr_skip("needs root, to make a file of root's and then be somebody else");
    const std::string handed = file("handed", "x", 0440);
    const std::string open = file("open", "x", 0444);
    cr_assert(eq(i32, chmod(folder.c_str(), 0755), 0));
    cr_assert(eq(i32, chown(handed.c_str(), 0, 65534), 0));
    cr_assert(eq(i32, setegid(65534), 0));
    cr_assert(eq(i32, seteuid(65534), 0));
    const auto sources = system_config_sources();
    const auto answer = sources.file(handed, Privacy::secret);
    const auto refused = sources.file(open, Privacy::secret);
    cr_assert(eq(i32, seteuid(0), 0));
    cr_expect(answer.has_value() && answer->has_value());
    cr_expect(not(refused.has_value()));
}

Test(config_sources, what_is_no_small_regular_file_is_refused_without_waiting) {
    const std::string pipe = folder + "/pipe";
    cr_assert(eq(i32, mkfifo(pipe.c_str(), 0600), 0));
    const auto sources = system_config_sources();
    cr_expect(not(sources.file(pipe, Privacy::any).has_value()));
    cr_expect(not(sources.file(folder, Privacy::any).has_value()));
    cr_expect(not(sources.file("/dev/zero", Privacy::any).has_value()));
    cr_expect(not(sources.file(file("large", std::string(64 * 1024 + 1, 'x'), 0600), Privacy::any).has_value()));
    cr_expect(sources.file(file("just", std::string(64 * 1024, 'x'), 0600), Privacy::any).has_value());
}

Test(config_sources, the_environment_is_the_process_own) {
    setenv("BFF_TEST_ONLY", "value", 1);
    const auto sources = system_config_sources();
    cr_expect(sources.environment("BFF_TEST_ONLY") == std::optional<std::string>("value"));
    cr_expect(sources.environment("BFF_TEST_ONLY_NOT") == std::nullopt);
}
