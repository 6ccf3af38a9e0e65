// A handler's world on any store, with the provider behind any HTTP client: one process, or one host, of several that
// share both. Its clock is its own, so that hosts may disagree about the time. The store can be made to fail, and hooks
// run around its operations.
#pragma once

#include <cstdint>

#include "provider/oidc_provider.h"
#include "session/shared_clock.h"
#include "tests/support/failing_session_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fixed_random.h"
#include "tests/support/recording_log.h"
#include "tests/support/session_in_store.h"
#include "tests/support/test_provider.h"
#include "world/world.h"

namespace vestibule {

struct WorldOnStore {
    // Borrows all three. `seed`: two worlds with the same one would make the same sessions.
    WorldOnStore(SessionStore& real, HttpClient& to_provider, const TestProvider& op, WallTime now, std::uint64_t seed)
        : clock(now), random(seed), store(real), http(to_provider) {
        config.public_url = parse_url("https://app.example.com").value();
        op.configure(config.provider);
    }
    WorldOnStore(const WorldOnStore&) = delete;
    WorldOnStore& operator=(const WorldOnStore&) = delete;

    FakeClock clock;  // the host's
    FixedRandom random;
    RecordingLog log;
    FailingSessionStore store;
    SharedClock time{clock, store, log};  // what the handlers see: the host's until keep_in_step() is called
    HttpClient& http;
    KeyRing keys = test_keys();
    Config config;
    ClientCredentials client{config.provider.auth, time, log};
    OidcProvider provider{{config, http, store, keys, time, random, log, client}};
    InFlight in_flight{64};
    DpopNonces dpop_nonces{{config, http, store, keys, time, random, log, client}};
    ProviderWorld world{{config, time, random, log, keys, store}, http, provider, in_flight, client, dpop_nonces};

    // A session as callback would have made it, with tokens the provider knows.
    SessionCookie put_session(TestProvider& op, SessionToPut what = {}) { return put_session(op, what, clock.now()); }
    SessionCookie put_session(TestProvider& op, SessionToPut what, WallTime now) {
        const TokenSet issued = op.issue_tokens();
        what.issuer = op.issuer();
        what.access_token = issued.access_token.reveal();
        if (issued.refresh_token) what.refresh_token = issued.refresh_token->reveal();
        if (issued.id_token) what.id_token = issued.id_token->reveal();
        return vestibule::put_session(store, keys, random, now, what);
    }
};

}  // namespace vestibule
