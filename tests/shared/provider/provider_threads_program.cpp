// Many threads, two "processes" on one store, keys that rotate meanwhile: run by provider_threads_test, and by hand
// under ThreadSanitizer (checklist D18). Exit code 0: every login succeeded and the provider was asked seldom.
#include <atomic>
#include <cstdio>
#include <thread>

#include "tests/shared/provider/provider_bench.h"

using namespace vestibule;

namespace {

constexpr int kThreads = 8;
constexpr int kLogins = 25;
constexpr int kRotations = 3;

// Really waits, unlike a FakeClock, which many waiting threads would move past every limit; but can be moved, too.
class MovableClock final : public Clock {
public:
    explicit MovableClock(const FakeClock& moved) : moved_(moved) {}
    WallTime now() const override { return moved_.now() + std::chrono::floor<Seconds>(passed()); }
    MonotonicTime monotonic_now() const override { return moved_.monotonic_now() + passed(); }
    void sleep(Milliseconds duration) override { std::this_thread::sleep_for(duration); }

private:
    std::chrono::steady_clock::duration passed() const { return std::chrono::steady_clock::now() - start_; }
    const FakeClock& moved_;
    const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// Logins from both processes at once. How many failed.
int logins(ProviderBench& bench, OidcProvider& one, OidcProvider& other) {
    std::atomic<int> failed = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
        OidcProvider& provider = i % 2 == 0 ? one : other;
        threads.emplace_back([&] {
            for (int login = 0; login < kLogins; ++login)
                if (!provider.redeem(Secret(bench.code()), bench.secrets, bench.rules(), Grant::of_these_alone))
                    ++failed;
        });
    }
    for (std::thread& thread : threads) thread.join();
    return failed;
}

}  // namespace

int main() {
    ProviderBench bench;
    MovableClock clock(bench.clock);
    ClientCredentials client(bench.config.provider.auth, clock, bench.log);
    const ProviderContext context{bench.config, bench.http,   bench.store, bench.keys,
                                  clock,        bench.random, bench.log,   client};
    OidcProvider one(context), other(context);
    int failed = logins(bench, one, other);
    for (int i = 0; i < kRotations; ++i) {
        bench.clock.advance(Seconds{15});  // past the pace of one renewal
        bench.op.rotate_keys();
        failed += logins(bench, one, other);
    }
    const std::size_t metadata = bench.http.count(bench.op.metadata_url());
    const std::size_t keys = bench.http.count(bench.op.keys_url());
    std::fprintf(stderr, "failed logins: %d, metadata fetches: %zu, key set fetches: %zu\n", failed, metadata, keys);
    // Two processes that begin in the same instant may both fetch, never more.
    return failed == 0 && metadata <= 2 && keys <= 2 + 2 * kRotations ? 0 : 1;
}
