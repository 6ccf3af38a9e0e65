// What ends a session against whatever is in flight, on every store: a hundred interleavings of each pair with every
// `make test`, thousands with `make faults`. Never a live session afterwards (checklist O14, R15, B16, C28, S20, S25,
// S26).
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdexcept>

#include "session/live_session.h"
#include "session/refresh.h"
#include "tests/races/racers.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fixed_random.h"
#include "tests/support/memory_session_store.h"
#include "tests/support/recording_log.h"
#include "tests/support/session_in_store.h"
#include "tests/support/shared_store.h"
#include "tests/support/thorough.h"

using namespace vestibule;

namespace {

template <class T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().detail);
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

std::optional<LiveSession> shown(SessionStore& store, const Contest& contest) {
    Request request;
    request.headers.add("Cookie", cookie_pair(contest.cookie));
    return must(find_live_session(request, store, test_keys(), contest.now));
}

// What a racer, perhaps in another process, tells the judge: where the tokens of a refresh went.
enum class Told { refreshed, given_back, ended_with_the_session };
std::string id_of(Told what, const Contest& contest) {
    return std::to_string(contest.round) + ' ' + std::to_string(static_cast<int>(what));
}
void tell(SessionStore& store, const Contest& contest, Told what) {
    must(store.consume_once(OnceKind::throttle, id_of(what, contest), contest.now + Seconds{60}, contest.now));
}
bool was_told(SessionStore& store, const Contest& contest, Told what) {
    return must(store.is_consumed(OnceKind::throttle, id_of(what, contest), contest.now));
}

// --- in flight ---

Outcome refresh(SessionStore& store, const Contest& contest) {
    const auto session = shown(store, contest);
    if (!session) return Outcome::came_late;
    const KeyRing keys = test_keys();
    FakeClock clock(contest.now);
    FixedRandom random(static_cast<std::uint64_t>(contest.round) + 2'000'000'000);
    RecordingLog log;
    const RefreshCalls provider{[&](const LiveSession&, const TokenSet& old) -> RefreshVerdict {
                                    TokenSet fresh = old;
                                    fresh.access_token = Secret("another");
                                    fresh.access_expires_at = contest.now + Seconds{300};
                                    tell(store, contest, Told::refreshed);
                                    return Refreshed{fresh};
                                },
                                [&](const TokenSet&) { tell(store, contest, Told::given_back); }};
    const auto refreshed = refresh_session(*session, RefreshReason::expiring,
                                           {store, keys, clock, random, log, RefreshTiming{}}, provider);
    if (refreshed) return Outcome::done;
    if (refreshed.error().code != ErrorCode::session_ended) throw std::runtime_error(refreshed.error().detail);
    return Outcome::came_late;
}

Outcome call_the_api(SessionStore& store, const Contest& contest) {
    const auto session = shown(store, contest);
    if (!session) return Outcome::came_late;
    must(touch_session(*session, store, Seconds{1800}, contest.now));
    return Outcome::done;
}

Outcome log_in(SessionStore& store, const Contest& contest, int which) {
    switch (must(store.insert(contest.newcomer(which), contest.now))) {
        case InsertOutcome::inserted: return Outcome::done;
        case InsertOutcome::ended_meanwhile: return Outcome::came_late;
        case InsertOutcome::key_taken: break;
    }
    throw std::runtime_error("the key is taken");
}

const Racer kRefresh{"refresh", refresh};
const Racer kApiCall{"API call", call_the_api};
const Racer kLogin{"callback", [](SessionStore& store, const Contest& contest) { return log_in(store, contest, 1); }};
const Racer kOtherLogin{"another tab's callback",
                        [](SessionStore& store, const Contest& contest) { return log_in(store, contest, 2); }};

// --- what ends it ---

const Racer kLogout{"logout", [](SessionStore& store, const Contest& contest) {
                        const auto ended = must(store.erase(contest.cookie.key(), contest.now));
                        if (!ended) return Outcome::came_late;
                        const TokenSet held = must(tokens_in(*ended, contest.cookie, test_keys()));
                        if (held.access_token.reveal() == "another") tell(store, contest, Told::ended_with_the_session);
                        return Outcome::done;
                    }};
const Racer kEndSid{"back-channel logout by sid", [](SessionStore& store, const Contest& contest) {
                        must(store.end_sid({*contest.session.row.sid}, {}, contest.now + Seconds{1200}, contest.now));
                        return Outcome::done;
                    }};
const Racer kEndSub{"back-channel logout by sub", [](SessionStore& store, const Contest& contest) {
                        must(store.end_sub({contest.session.row.sub}, {}, contest.now + Seconds{1200}, contest.now));
                        return Outcome::done;
                    }};
const Racer kOperator{"the operator ends everybody", [](SessionStore& store, const Contest& contest) {
                          must(store.refuse_logins_in_flight(contest.now + Seconds{1200}, contest.now));
                          const auto rows = must(store.list({}, 10, contest.now));
                          for (const SessionRow& row : rows) must(store.erase(row.key, contest.now));
                          return Outcome::done;
                      }};

// --- what is left ---

// Tokens that a refresh brought are not lost in a logout: they are given back, or the logout has them to revoke.
std::string lost_tokens(SessionStore& store, const Contest& contest) {
    if (!was_told(store, contest, Told::refreshed) || was_told(store, contest, Told::given_back)) return "";
    return was_told(store, contest, Told::ended_with_the_session) ? "" : "nobody revokes what the refresh brought";
}

// The old session never; of the newcomers so many.
Judge leaves(int newcomers) {
    return [newcomers](SessionStore& store, const Contest& contest) -> std::string {
        if (must(store.find(contest.cookie.key(), contest.now))) return "the ended session lives";
        int there = 0;
        for (const int which : {1, 2}) there += must(store.find(contest.newcomer_key(which), contest.now)) ? 1 : 0;
        for (const int which : {1, 2}) must(store.erase(contest.newcomer_key(which), contest.now));
        return there == newcomers ? "" : std::to_string(there) + " sessions of the logins in flight live";
    };
}

Judge leaves_nothing_unrevoked() {
    return [](SessionStore& store, const Contest& contest) {
        const std::string survivor = leaves(0)(store, contest);
        return survivor.empty() ? lost_tokens(store, contest) : survivor;
    };
}

enum class Wins { either, always_first };  // whether the first racer can come too late

struct Pair {
    std::vector<Racer> racers;
    Judge judge;
    Wins wins;
};
const std::vector<Pair>& pairs() {
    static const std::vector<Pair> all{
        {{kRefresh, kLogout}, leaves_nothing_unrevoked(), Wins::either},
        {{kRefresh, kEndSid}, leaves(0), Wins::either},
        {{kRefresh, kEndSub}, leaves(0), Wins::either},
        {{kRefresh, kOperator}, leaves(0), Wins::either},
        {{kApiCall, kLogout}, leaves(0), Wins::either},
        {{kApiCall, kEndSid}, leaves(0), Wins::either},
        {{kApiCall, kEndSub}, leaves(0), Wins::either},
        {{kApiCall, kOperator}, leaves(0), Wins::either},
        {{kLogin, kEndSid}, leaves(0), Wins::either},
        {{kLogin, kEndSub}, leaves(0), Wins::either},
        {{kLogin, kOperator}, leaves(0), Wins::either},
        {{kLogin, kLogout}, leaves(1), Wins::always_first},  // whoever logged in anew has another session
        {{kRefresh, kLogin}, leaves(1), Wins::either},
        {{kApiCall, kLogin}, leaves(1), Wins::either},
        {{kLogin, kOtherLogin}, leaves(1), Wins::always_first},
    };
    return all;
}

std::string name_of(const std::vector<Racer>& racers) {
    std::string name;
    for (const Racer& racer : racers) name.append(name.empty() ? "" : " against ").append(racer.name);
    return name;
}

void expect_no_survivor(As kind, const OpenStore& open, const Pair& pair, int rounds) {
    const std::string name = name_of(pair.racers);
    const RaceResult result = race(kind, open, rounds, pair.racers, pair.judge);
    cr_expect(result.broken.empty(), "%s: %s", name.c_str(), result.broken.c_str());
    // A race that one of them always wins is none.
    const bool both = result.done > 0 && (result.came_late > 0 || pair.wins == Wins::always_first);
    cr_expect(both, "%s: %d times in time, %d times too late", name.c_str(), result.done, result.came_late);
    cr_log_info("%5d rounds, %5d in time, %5d too late: %s", result.rounds, result.done, result.came_late,
                name.c_str());
}

OpenStore opens(const std::string& address) {
    return [address] { return std::shared_ptr<SessionStore>(open_shared_store(address)); };
}

OpenStore opens_in_memory() {
    return [] { return std::make_shared<MemorySessionStore>(); };
}

}  // namespace

Test(memory_races, O14_R15_B16_S26_no_pair_of_threads_leaves_a_live_session, .timeout = 3600) {
    for (const Pair& pair : pairs())
        expect_no_survivor(As::threads, opens_in_memory(), pair, usual_or_thorough(100, 2000));
}

ON_SHARED_STORES(races, O14_R15_B16_S26_no_pair_of_threads_leaves_a_live_session) {
    for (const Pair& pair : pairs())
        expect_no_survivor(As::threads, opens(address), pair, usual_or_thorough(100, 2000));
}

// All that may be in flight at once, each in a process of its own.
ON_SHARED_STORES(races, O14_R15_B16_S25_no_crowd_of_processes_leaves_a_live_session) {
    const Racer* const enders[] = {&kEndSid, &kEndSub, &kOperator};
    for (const Racer* ender : enders) {
        const Pair crowd{{kRefresh, *ender, kApiCall, kLogin, kRefresh}, leaves(0), Wins::either};
        expect_no_survivor(As::processes, opens(address), crowd, usual_or_thorough(100, 2000));
    }
    const Pair logged_out{{kRefresh, kLogout, kApiCall, kRefresh}, leaves_nothing_unrevoked(), Wins::either};
    expect_no_survivor(As::processes, opens(address), logged_out, usual_or_thorough(100, 2000));
}
