// The world of a proxy test: a clock, a store with one session in it, a provider that refreshes as told, and an
// upstream that answers from a script. Every response and log line is scanned for what must never be seen.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "functions/proxy/handler.h"
#include "tests/support/failing_session_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fixed_random.h"
#include "tests/support/http_text.h"
#include "tests/support/memory_session_store.h"
#include "tests/support/recording_log.h"
#include "tests/support/scripted_http_client.h"
#include "tests/support/session_in_store.h"

namespace vestibule {

// Answers refresh tokens with one verdict; counts.
class ScriptedRefresh final : public Provider {
public:
    explicit ScriptedRefresh(const Clock& clock) : clock_(clock) {}

    // Unless a test says otherwise: new tokens, "access-canary-2" and so on.
    std::function<RefreshVerdict()> verdict = [this] { return fresh_tokens(); };
    int refreshes = 0;

    RefreshVerdict fresh_tokens() const {
        const std::string number = std::to_string(refreshes + 1);
        return Refreshed{{Secret("access-canary-" + number), clock_.now() + Seconds{300}, Seconds{300},
                          Secret("refresh-canary-" + number), std::nullopt}};
    }

    RefreshVerdict refresh(const TokenSet&, std::string_view) override {
        ++refreshes;
        return verdict();
    }
    Result<ProviderMetadata> metadata(const std::optional<Deadline>&) override {
        return failure(ErrorCode::provider_unavailable);
    }
    Result<std::string> authorization_url(const AuthorizationRequest&) override {
        return failure(ErrorCode::provider_unavailable);
    }
    Result<RedeemedCode> redeem(const Secret&, const FlowSecrets&, const IdTokenRules&, Grant,
                                const std::optional<Deadline>&) override {
        return failure(ErrorCode::unavailable);
    }
    Result<Json> userinfo(const AccessToken&, std::string_view, const std::optional<Deadline>&) override {
        return failure(ErrorCode::unavailable);
    }
    Result<VerifiedLogoutToken> verify_logout_token(const Secret&) override { return failure(ErrorCode::unavailable); }
    void revoke(const TokenSet&, Milliseconds) override {}

private:
    const Clock& clock_;
};

// What every request of our own page says.
inline constexpr std::string_view kOurPage = "Sec-Fetch-Site: same-origin\nSec-Fetch-Mode: cors\n";
// Where the route /api/ leads.
inline constexpr std::string_view kUpstream = "https://api.internal/v1/";

class ProxyStage {
public:
    ProxyStage();

    FakeClock clock;
    FixedRandom random;
    RecordingLog log;
    KeyRing keys = test_keys();
    MemorySessionStore memory;
    FailingSessionStore store{memory};
    ScriptedHttpClient http{&clock};
    ScriptedRefresh provider{clock};
    InFlight in_flight{4};
    Config config;
    ClientCredentials client{config.provider.auth, clock, log};
    DpopNonces dpop_nonces{{config, http, store, keys, clock, random, log, client}};
    SessionToPut person;
    std::string cookie;  // "__Host-Http-session=…", after log_in()

    Route& api() { return config.routes[0]; }
    void log_in();
    void let_token_expire() { clock.advance(Seconds{290}); }  // of 300

    // The request as text and the whole answer as text. Headers end with "\n"; the page's own and the session's cookie
    // are added by call().
    std::string raw(std::string_view request);
    Response respond(const Request& request);
    std::string call(const std::string& request_line, const std::string& headers = "", const std::string& body = "");
    Request request(const std::string& request_line, const std::string& headers = "", const std::string& body = "");

    std::size_t upstream_calls() const { return http.count("https://*"); }
    RecordedRequest last_upstream() const { return http.last_to("https://*"); }

private:
    std::string scanned(std::string text) const;
};

// "401 no_session" from a problem's text, "200 body" from any other.
std::string gist(const std::string& response);
bool has_line(const std::string& response, std::string_view line);

}  // namespace vestibule
