// A fuzz target: octets from outside go in, and what must hold for every one of them is required.
//
//   FUZZ_TARGET(base64url, "tests/vectors/base64url") {
//       const auto octets = base64url_decode(input);
//       require(!octets || base64url_encode(*octets) == input, "one text for one value");
//   }
//
// `input` is a std::string_view. Under libFuzzer (`make fuzz`) this is the program's target. Anywhere else it is a
// Criterion test that replays every file of tests/fuzz/corpus/<name>/ and of the folders and files named behind it, so
// `make test` needs no clang. A target keeps no state between two inputs but what it builds once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace vestibule::fuzz {

// Nobody catches it: libFuzzer saves the input as a finding, a replay names the file.
inline void require(bool holds, const char* rule) {
    if (!holds) throw std::logic_error(rule);
}

// The target's input, taken apart: each call gives what stands before the next `separator`, the last one the rest.
class Pieces {
public:
    explicit Pieces(std::string_view input, char separator = '\n') : rest_(input), separator_(separator) {}

    bool empty() const { return rest_.empty(); }
    std::string_view next() {
        const std::string_view piece = rest_.substr(0, rest_.find(separator_));
        rest_.remove_prefix(piece.size() < rest_.size() ? piece.size() + 1 : rest_.size());
        return piece;
    }
    std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
    char separator_;
};

using Target = void (*)(std::string_view input);

// Runs `target` on every file; fails the running test for each that breaks a rule, and where there is none.
void replay(Target target, const char* name, const std::vector<std::string>& more);

}  // namespace vestibule::fuzz

#ifdef VESTIBULE_LIBFUZZER
#define FUZZ_TARGET(name, ...)                                                            \
    static void fuzz_##name(std::string_view input);                                      \
    extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) { \
        fuzz_##name(std::string_view(reinterpret_cast<const char*>(octets), size));       \
        return 0;                                                                         \
    }                                                                                     \
    static void fuzz_##name([[maybe_unused]] std::string_view input)
#else
#include <criterion/criterion.h>
#define FUZZ_TARGET(name, ...)                                                       \
    static void fuzz_##name(std::string_view input);                                 \
    Test(fuzz, name) { vestibule::fuzz::replay(fuzz_##name, #name, {__VA_ARGS__}); } \
    static void fuzz_##name([[maybe_unused]] std::string_view input)
#endif
