// Randomness that is the same in every run: a counter, stretched by a mixing function. Two calls never give the same
// eight octets, so what must be unique stays unique. Tests only: there is nothing secret in it.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/random.h"

namespace vestibule {

class FixedRandom final : public Random {
public:
    explicit FixedRandom(std::uint64_t seed = 0) : counter_(seed << 32) {}

    std::string octets(std::size_t count) override {
        std::string result;
        while (result.size() < count) append_block(result);
        result.resize(count);
        return result;
    }

private:
    void append_block(std::string& result) {
        std::uint64_t block = mixed(++counter_);
        for (int i = 0; i < 8; ++i, block >>= 8) result.push_back(static_cast<char>(block & 0xff));
    }

    // splitmix64's finisher: a bijection, so distinct counters give distinct blocks.
    static std::uint64_t mixed(std::uint64_t z) {
        z *= 0x9e3779b97f4a7c15U;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31);
    }

    std::atomic<std::uint64_t> counter_;
};

}  // namespace vestibule
