// What talking to the provider takes. Borrowed by everything in this room; outlives it.
#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "config/config.h"
#include "crypto/key_ring.h"
#include "http/client.h"
#include "provider/client_credentials.h"
#include "session/store.h"

namespace vestibule {

struct ProviderContext {
    const Config& config;
    HttpClient& http;
    SessionStore& store;
    const KeyRing& keys;
    Clock& clock;
    Random& random;
    Log& log;
    ClientCredentials& client;  // who we are to the provider
};

}  // namespace vestibule
