// The `state` that comes back from the provider's logout (functions/logout/return_state.h): whatever it is, the person
// stays on this site.
#include "codec/base64url.h"
#include "codec/json.h"
#include "crypto/seal.h"
#include "functions/logout/return_state.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fixed_random.h"
#include "tests/support/memory_session_store.h"
#include "tests/support/recording_log.h"

using namespace vestibule;
using fuzz::require;

namespace {

constexpr std::string_view kOrigin = "https://app.example";
const std::string kApp = "https://app.example/app";

Config configured() {
    Config config;
    config.public_url = parse_url(kOrigin).value();
    config.paths.app = "/app";
    config.provider.issuer = "https://id.example";
    return config;
}

struct LoggedOut {
    Config config = configured();
    FakeClock clock;
    FixedRandom random;
    RecordingLog log;
    KeyRing keys = KeyRing::parse(Secret("k1:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA\n")).value();
    MemorySessionStore store;
    SessionWorld world{config, clock, random, log, keys, store};
    std::string state = logout_state(ReturnPath::parse("/bye?x=1").value(), world);

    std::string land(std::string_view returned) const { return landing_after_logout(returned, world); }
};

// The genuine state with the input laid over its octets.
std::string altered(std::string_view input, const std::string& genuine) {
    std::string sealed = base64url_decode(genuine).value();
    if (input.size() > sealed.size()) sealed.resize(input.size());
    for (std::size_t i = 0; i < input.size(); ++i) sealed[i] = static_cast<char>(sealed[i] ^ input[i]);
    return base64url_encode(sealed);
}

// As though a state of ours held this.
std::string holding(std::string_view content, LoggedOut& us) {
    const SealBinding binding{"logout/return", us.config.provider.issuer};
    return base64url_encode(seal(us.keys, us.random, binding, Secret(std::string(content))));
}

void check_place(const std::string& url) {
    require(url.starts_with(std::string(kOrigin) + "/"), "on this site");
    require(url == kApp || ReturnPath::parse(std::string_view(url).substr(kOrigin.size())), "at a local path");
}

}  // namespace

FUZZ_TARGET(logout_state) {
    static LoggedOut us;
    for (const std::string& state : {std::string(input), altered(input, us.state)}) {
        const std::string expected = state == us.state ? "https://app.example/bye?x=1" : kApp;
        require(us.land(state) == expected, "only what was made here leads anywhere but to the app");
    }
    check_place(us.land(holding(input, us)));
}
