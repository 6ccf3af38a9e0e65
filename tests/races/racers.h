// Several threads or processes that act on one session at the same moment, round after round, and a judge who looks at
// what is left. Who is to come second starts later by a delay that homes in on the moment where either may win.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "session/session_cookie.h"
#include "session/store.h"

namespace vestibule {

// What a round is about; everybody makes it from its number.
struct Contest {
    explicit Contest(int round);
    int round;
    WallTime now;                          // ten seconds after the round before
    SessionCookie cookie;                  // of the session that is there when the round begins
    NewSession session;                    // that one
    NewSession newcomer(int which) const;  // a login that began before the round, in the same browser
    SessionKey newcomer_key(int which) const;
};

enum class Outcome {
    done,       // it did what it wanted
    came_late,  // the session was over, or the login was refused
};

struct Racer {
    const char* name;
    std::function<Outcome(SessionStore&, const Contest&)> act;  // an exception fails the test
};

enum class As { threads, processes };

struct RaceResult {
    int rounds = 0;
    int done = 0;        // of the first racer
    int came_late = 0;   // likewise
    std::string broken;  // what the judge, or a racer, first had to say; "": nothing
};

// So many rounds. `open` is called once by each process, or once for all threads. The second racer is the one that
// starts later. `judge` runs when all have acted: "" where all is well.
using OpenStore = std::function<std::shared_ptr<SessionStore>()>;
using Judge = std::function<std::string(SessionStore&, const Contest&)>;
RaceResult race(As kind, const OpenStore& open, int count, const std::vector<Racer>& racers, const Judge& judge);

}  // namespace vestibule
