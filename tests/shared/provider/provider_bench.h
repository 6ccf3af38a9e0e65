// An OidcProvider with everything around it under the test's control. Another Process is a second one on the same
// store.
#pragma once

#include <algorithm>

#include "oauth/authorization_request.h"
#include "oauth/pkce.h"
#include "provider/oidc_provider.h"
#include "tests/support/failing_session_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fixed_random.h"
#include "tests/support/memory_session_store.h"
#include "tests/support/recording_log.h"
#include "tests/support/scripted_http_client.h"
#include "tests/support/session_in_store.h"
#include "tests/support/test_provider.h"
#include "tests/support/text.h"

namespace vestibule {

struct ProviderBench {
    FakeClock clock;
    FixedRandom random;
    RecordingLog log;
    MemorySessionStore memory;
    FailingSessionStore store{memory};
    ScriptedHttpClient http{&clock};
    TestProvider op{http, clock};
    KeyRing keys = test_keys();
    Config config = configured();
    ClientCredentials client{config.provider.auth, clock, log};
    OidcProvider provider{context()};

    ProviderContext context() { return {config, http, store, keys, clock, random, log, client}; }

    Config configured() {
        Config made;
        made.public_url = parse_url("https://app.example").value();
        op.configure(made.provider);
        return made;
    }

    // A code as of a login with the nonce "nonce-1" and the verifier below.
    std::string code() {
        ProviderMetadata metadata;
        metadata.authorization_endpoint = op.authorization_endpoint();
        AuthorizationRequest request;
        request.client_id = op.client_id;
        request.redirect_uri = "https://app.example/auth/callback";
        request.scope = config.provider.scope;
        request.state = "state-1";
        request.nonce = "nonce-1";
        request.code_challenge = code_challenge_s256(secrets.code_verifier);
        const auto query = Form::parse(op.log_in(authorization_url(metadata, request))).value();
        return query.single("code").value().value();
    }

    IdTokenRules rules() const {
        IdTokenRules rules;
        rules.issuer = op.issuer();
        rules.client_id = op.client_id;
        rules.nonce = "nonce-1";
        return rules;
    }

    Result<RedeemedCode> redeem() { return provider.redeem(Secret(code()), secrets, rules(), Grant::of_these_alone); }

    // Whether the answer is this refusal.
    static bool refused(const Result<RedeemedCode>& redeemed, ErrorCode code) {
        return !redeemed && redeemed.error().code == code;
    }

    bool no_secret_in_the_log() const {
        const std::string lines = log.text();
        const auto issued = op.issued_secrets();
        return std::none_of(issued.begin(), issued.end(),
                            [&](const std::string& secret) { return lines.find(secret) != std::string::npos; });
    }

    const FlowSecrets secrets{"nonce-1", Secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
                              Secret(std::string(32, 'k'))};
};

}  // namespace vestibule
