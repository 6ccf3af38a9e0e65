#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <filesystem>

#include "tests/support/started_program.h"

using namespace vestibule;

Test(provider_threads, D18_many_threads_and_two_processes_share_one_fetch) {
    const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    StartedProgram program({{(here / "provider_threads_program").string()}, {}, -1, false});
    int code = program.wait();
    cr_assert(eq(int, code, 0), "%s", program.log().c_str());
}
