// Several processes on one store: what a host with four workers and a kill -9 does (checklist R02, R03, X11,
// X12).
#include <algorithm>
#include <chrono>
#include <memory>
#include <set>

#include "tests/contract/store_contract.h"
#include "tests/contract/worker_processes.h"
#include "tests/support/shared_store.h"

using namespace vestibule;

#define BETWEEN_PROCESSES(name) ON_SHARED_STORES(processes, name)

BETWEEN_PROCESSES(eight_that_start_at_once_on_nothing_make_one_store) {
    WorkerProcesses workers(8, {"start", address});
    workers.start_all();
    const auto said = workers.read_to_the_end();
    cr_assert(workers.all_succeeded());
    cr_expect(eq(int, static_cast<int>(std::count(said.begin(), said.end(), "inserted")), 1));
    cr_expect(eq(int, static_cast<int>(std::count(said.begin(), said.end(), "found")), 7));
}

BETWEEN_PROCESSES(four_that_race_for_a_lease_hold_it_one_at_a_time_with_growing_fences) {
    auto store = open_shared_store(address);
    NewSession contested = session_of("");
    contested.row.key.octets = "the contested session";
    put(*store, contested);
    WorkerProcesses workers(4, {"lease", address, "4", "10", file_beside_shared_store("holder")});
    workers.start_all();
    std::vector<int> fences;  // each written while its lease was held
    for (const std::string& line : workers.read_to_the_end()) fences.push_back(std::stoi(line));
    cr_assert(workers.all_succeeded());  // a second holder would have ended its process with an error
    cr_assert(eq(sz, fences.size(), 4 * 4 * 10));
    for (std::size_t i = 0; i < fences.size(); ++i) cr_expect(eq(int, fences[i], static_cast<int>(i) + 1));
}

BETWEEN_PROCESSES(four_that_consume_the_same_ids_win_each_id_once) {
    WorkerProcesses workers(4, {"once", address, "4", "40"});
    workers.start_all();
    const auto won = workers.read_to_the_end();
    cr_assert(workers.all_succeeded());
    cr_expect(eq(sz, won.size(), 40));
    cr_expect(eq(sz, std::set<std::string>(won.begin(), won.end()).size(), 40));
}

static void expect_all_there(SessionStore& store, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        const auto found = must(store.find({name}, kNow));
        cr_assert(found.has_value(), "%s was committed and is lost", name.c_str());
        cr_assert(found->sealed.refresh_and_id_token == std::string(2500, 'r'), "%s is torn", name.c_str());
    }
}

BETWEEN_PROCESSES(a_kill_in_the_middle_of_writes_loses_nothing_committed_and_blocks_nobody) {
    std::vector<std::string> committed;
    for (std::size_t round = 0; round < 6; ++round) {
        WorkerProcesses workers(2, {"insert", address, "3"});
        workers.start_all();
        const auto before = workers.read_lines(20 + round * 7);  // a different moment every time
        workers.kill_all();
        const auto rest = workers.read_to_the_end();
        committed.insert(committed.end(), before.begin(), before.end());
        committed.insert(committed.end(), rest.begin(), rest.end());
        auto store = open_shared_store(address);
        put(*store, session_of("after the kill " + std::to_string(round)));
        expect_all_there(*store, committed);
    }
    cr_expect(committed.size() > 200);
}

// What a killed holder leaves behind is a lease that runs out, nothing else.
BETWEEN_PROCESSES(the_lease_of_a_dead_process_runs_out) {
    {
        auto dead = open_shared_store(address);
        put(*dead, session_of("a"));
        lease_of(*dead, "a", Seconds{20});
    }
    auto store = open_shared_store(address);
    const LeaseAnswer held = must(store->acquire_lease(key("a"), Seconds{20}, kNow + Seconds{19}));
    cr_expect(std::holds_alternative<LeaseHeld>(held));
    cr_expect(eq(u64, lease_of(*store, "a", Seconds{20}, kNow + Seconds{20}).fence, 2));
}

BETWEEN_PROCESSES(what_one_ends_is_gone_for_the_others_at_once) {
    auto here = open_shared_store(address);
    auto there = open_shared_store(address);
    put(*here, session_of("a"));
    put(*here, session_of("b", "bob"));
    cr_assert(is_there(*there, "a") && is_there(*there, "b"));
    must(here->erase(key("a"), kNow));
    cr_expect(not(is_there(*there, "a")));
    must(here->end_sub({sub("bob")}, {}, kNow + Seconds{60}, kNow));
    cr_expect(not(is_there(*there, "b")));
    cr_expect(must(there->insert(session_of("c", "bob"), kNow)) == InsertOutcome::ended_meanwhile);
}
