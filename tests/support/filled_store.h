// Stores with so many sessions that only their published schema fills them in time; each session has a user, a sid and
// a browser of its own and a kilobyte of sealed fields.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "session/store.h"

namespace vestibule {

struct Filling {
    WallTime now;
    std::uint64_t live = 0;  // numbered from 0
    std::uint64_t over = 0;  // numbered on from there: their time is over, and nobody has purged them yet
    std::function<void(std::uint64_t done)> progress = [](std::uint64_t) {};
};

SessionKey filled_key(std::uint64_t number);
NewSession filled_session(const Filling& filling, std::uint64_t number);

// Into a store that is empty and has its schema. They throw what goes wrong.
void fill_sqlite(const std::string& path, const Filling& filling);
void fill_postgres(const std::string& address, const Filling& filling);
void fill_by_inserts(SessionStore& store, const Filling& filling);  // any store; Redis takes it

}  // namespace vestibule
