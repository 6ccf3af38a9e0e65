// A world for the operator's commands: a store in memory, a clock that stands, a provider inside the test, and what was
// printed.
#pragma once

#include <sstream>
#include <string>

#include "functions/admin/run.h"
#include "tests/support/failing_session_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fixed_random.h"
#include "tests/support/memory_session_store.h"
#include "tests/support/recording_log.h"
#include "tests/support/scripted_http_client.h"
#include "tests/support/session_in_store.h"
#include "tests/support/test_provider.h"

namespace vestibule {

struct AdminWorld {
    FakeClock clock;
    FixedRandom random;
    RecordingLog log;
    MemorySessionStore memory;
    FailingSessionStore store{memory};
    KeyRing keys = test_keys();
    Config config;
    ScriptedHttpClient http{&clock};
    TestProvider provider{http, clock};
    std::ostringstream out, err;
    std::string no_world;  // not empty: none can be made, and why

    AdminWorld() {
        provider.configure(config.provider);
        config.public_url = *parse_url("https://app.example.com");
    }

    SessionWorld world() { return {config, clock, random, log, keys, store}; }
    admin::Terminal terminal() { return {out, err, admin::Terminal::Progress::none}; }

    SessionKey put(const std::string& sub) {
        SessionToPut what;
        what.claims = Json::object({{"sub", sub}});
        what.issuer = config.provider.issuer;
        return put_session(store, keys, random, clock.now(), what).key();
    }
    std::size_t live() { return store.list({}, 10'000, clock.now()).value().size(); }

    int run(const admin::Command& command) {
        out.str("");
        err.str("");
        const admin::Surroundings surroundings{
            {[](std::string_view) { return std::nullopt; },
             [](const std::string&, ConfigSources::Privacy) { return std::nullopt; }},
            clock,
            random,
            [this](const auto& use) -> tl::expected<int, std::string> {
                if (!no_world.empty()) return tl::make_unexpected(no_world);
                return use(world());
            },
            [this](const auto& use) -> tl::expected<int, std::string> {
                if (!no_world.empty()) return tl::make_unexpected(no_world);
                return use(world(), http);
            }};
        return admin::run(command, surroundings, terminal());
    }
};

}  // namespace vestibule
