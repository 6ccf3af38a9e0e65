#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <string>

#include "adapters/system/harden_process.h"
#include "adapters/system/sanitizers.h"
#include "adapters/system/system_clock.h"
#include "adapters/system/system_random.h"

using namespace vestibule;

Test(system_random, octets_are_as_many_as_asked_for_and_never_the_same) {
    SystemRandom random;
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) seen.insert(random.octets(16));
    cr_assert(eq(sz, seen.size(), 1000));
    cr_assert(eq(sz, random.octets(0).size(), 0));
    cr_assert(eq(sz, random.octets(100'000).size(), 100'000));
}

Test(system_random, S16_X04_a_child_does_not_repeat_its_parent) {
    SystemRandom random;
    random.octets(16);
    int ends[2];
    cr_assert(eq(int, pipe(ends), 0));
    if (fork() == 0) {
        const std::string octets = random.octets(16);
        _exit(write(ends[1], octets.data(), octets.size()) == 16 ? 0 : 1);
    }
    std::string child(16, '\0');
    cr_assert(eq(int, static_cast<int>(read(ends[0], child.data(), child.size())), 16));
    wait(nullptr);
    cr_assert(ne(str, child, random.octets(16)));
}

Test(system_clock, monotonic_time_moves_by_at_least_what_was_slept) {
    SystemClock clock;
    const MonotonicTime before = clock.monotonic_now();
    clock.sleep(Milliseconds{2});
    cr_assert(clock.monotonic_now() - before >= Milliseconds{2});
    cr_assert(clock.now() > WallTime{Seconds{1'700'000'000}});
}

Test(harden_process, X13_no_core_is_dumped_and_nobody_reads_our_memory) {
    if (kSanitized) cr_skip_test("a sanitizer needs both");
    harden_process();
    rlimit core{};
    cr_assert(eq(int, getrlimit(RLIMIT_CORE, &core), 0));
    cr_expect(core.rlim_cur == 0 && core.rlim_max == 0);
    cr_expect(eq(int, prctl(PR_GET_DUMPABLE), 0));
}
