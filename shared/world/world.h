// What a handler is given: the configuration, time, randomness, the log, the store, the keys, and, for those that talk
// to others, the HTTP client and the provider. Interfaces only; main.cpp gets the real ones from world/make_world.h,
// tests put together their own.
//
// A World borrows everything in it. It is made once, before the first request, and shared by all threads.
#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "config/config.h"
#include "crypto/key_ring.h"
#include "http/client.h"
#include "policy/in_flight.h"
#include "provider/client_credentials.h"
#include "provider/dpop_nonces.h"
#include "provider/provider.h"
#include "session/store.h"

namespace vestibule {

// For functions that only look at the session: no HTTP client is linked.
struct SessionWorld {
    const Config& config;
    Clock& clock;
    Random& random;
    Log& log;
    const KeyRing& keys;
    SessionStore& store;
};

// For functions that also talk to the provider or to upstreams.
struct ProviderWorld : SessionWorld {
    HttpClient& http;
    Provider& provider;
    InFlight& in_flight;        // of callers of upstreams
    ClientCredentials& client;  // who we are to the provider, and to upstreams that want to see it
    DpopNonces& dpop_nonces;    // of upstreams
};

}  // namespace vestibule
