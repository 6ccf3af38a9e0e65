// A process that is to die by SIGKILL at a place that a test counts out, and the test that lives on with what is left:
// the store, and a provider that has answered.
//
//   const Death death = run_doomed(at_step(3), http, [&](DoomedProcess& self) {
//       auto store = open_shared_store(address);          // its own; the test has none open while it forks
//       WorldOnStore here(*store, self.provider(), op, now, 1);
//       self.count_operations_of(here.store);
//       self.answer(text_of(handle_refresh(request, here.world)));
//   });
//   death.killed, death.steps.back() …
//
// A step is what lies before or after a call of the store ("before store replace") or of the provider ("after POST
// https://id.example/token"). The provider stays in the test's process, so that it remembers what it has answered.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/client.h"
#include "tests/support/failing_session_store.h"

namespace vestibule {

// Where it dies. Counted from 1; 0 is never.
struct Doom {
    int step = 0;
    // Or in the middle: at the stop so many system calls' ends and beginnings after that step (whose name begins so).
    std::string after_step;
    int system_call = 0;
};
inline Doom at_step(int number) { return {number, {}, 0}; }
inline Doom in_system_call(int number, std::string after_step) { return {0, std::move(after_step), number}; }

struct Death {
    bool killed = false;             // else it ended by itself, and well
    std::vector<std::string> steps;  // that it reached; at the last one it was killed
    std::optional<std::string> answer;
    bool reached(std::string_view step) const;
};

class DoomedProcess {
public:
    DoomedProcess(const Doom& doom, int to_test);
    ~DoomedProcess();
    DoomedProcess(const DoomedProcess&) = delete;
    DoomedProcess& operator=(const DoomedProcess&) = delete;

    void count_operations_of(FailingSessionStore& store);
    HttpClient& provider();              // asks the test's, by send() only
    void answer(std::string_view text);  // what the person is told
    void reach(const std::string& step);

private:
    class ProviderOfTheTest;
    const Doom doom_;
    const int to_test_;
    int steps_ = 0;
    std::unique_ptr<ProviderOfTheTest> provider_;
};

// Whether this machine lets a process look at its child's system calls; in_system_call() needs it.
bool can_stop_in_system_calls();

// Forks, and answers for the provider by `provider` until the child is gone. The test fails where the child failed.
Death run_doomed(const Doom& doom, HttpClient& provider, const std::function<void(DoomedProcess&)>& work);

}  // namespace vestibule
