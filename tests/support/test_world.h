// A whole world for a handler's test: fake clock and randomness, a store in memory that can be made to fail, and a
// provider inside the test behind the real provider/ code. Requests go in as HTTP text, responses come out as HTTP
// text.
#pragma once

#include <string>
#include <string_view>

#include "provider/oidc_provider.h"
#include "tests/support/failing_session_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fixed_random.h"
#include "tests/support/http_text.h"
#include "tests/support/memory_session_store.h"
#include "tests/support/recording_log.h"
#include "tests/support/scripted_http_client.h"
#include "tests/support/session_in_store.h"
#include "tests/support/test_provider.h"
#include "tests/support/text.h"
#include "world/world.h"

namespace vestibule {

struct TestWorld {
    FakeClock clock;
    FixedRandom random;
    RecordingLog log;
    MemorySessionStore memory;
    FailingSessionStore store{memory};
    KeyRing keys = test_keys();
    ScriptedHttpClient http{&clock};
    TestProvider op{http, clock};
    Config config = make_config();
    ClientCredentials client{config.provider.auth, clock, log};
    OidcProvider provider{{config, http, store, keys, clock, random, log, client}};
    InFlight in_flight{64};
    DpopNonces dpop_nonces{{config, http, store, keys, clock, random, log, client}};
    ProviderWorld world{{config, clock, random, log, keys, store}, http, provider, in_flight, client, dpop_nonces};

    Config make_config() {
        Config made;
        made.public_url = parse_url("https://app.example.com").value();
        op.configure(made.provider);
        return made;
    }

    // A session as callback would have made it, with tokens the provider knows.
    SessionCookie put_session(SessionToPut what = {}) {
        const TokenSet issued = op.issue_tokens();
        what.issuer = op.issuer();
        what.access_token = issued.access_token.reveal();
        if (!what.refresh_token.empty() && issued.refresh_token) what.refresh_token = issued.refresh_token->reveal();
        if (!what.id_token.empty() && issued.id_token) what.id_token = issued.id_token->reveal();
        return vestibule::put_session(store, keys, random, clock.now(), what);
    }
    bool session_is_there(const SessionCookie& cookie) {
        return store.find(cookie.key(), clock.now()).value().has_value();
    }
    std::uint64_t sessions() { return memory.statistics(clock.now()).value().sessions; }

    // Nothing the provider issued may be seen in a response or in the log (checklist K02, G01).
    bool leaks_nothing(const Response& response) const {
        const std::string seen = text_of(response) + log.text();
        for (const std::string& secret : op.issued_secrets()) {
            if (seen.find(secret) != std::string::npos) return false;
        }
        return seen.find(op.client_secret) == std::string::npos;
    }
};

// A request of our own page's script.
inline Request fetch_request(std::string_view method, std::string_view target, const std::string& cookies = {}) {
    std::string text(method);
    text.append(" ").append(target).append(" HTTP/1.1\r\nHost: app.example.com\r\nAccept: application/json\r\n");
    text.append("Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\n");
    if (!cookies.empty()) text.append("Cookie: ").append(cookies).append("\r\n");
    return request_of(text + "\r\n");
}

// A person who follows a link of our own page, or (`site`: none, cross-site) comes from elsewhere.
inline Request navigation_request(std::string_view target, const std::string& cookies = {},
                                  std::string_view site = "same-origin", std::string_view method = "GET") {
    std::string text(method);
    text.append(" ").append(target).append(
        " HTTP/1.1\r\nHost: app.example.com\r\nAccept: text/html\r\nSec-Fetch-Site: ");
    text.append(site).append("\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\nSec-Fetch-User: ?1\r\n");
    if (!cookies.empty()) text.append("Cookie: ").append(cookies).append("\r\n");
    return request_of(text + "\r\n");
}

inline std::string header_of(const Response& response, std::string_view name) {
    return std::string(response.headers.find(name).value_or(""));
}

// The name=value of a Set-Cookie with that name; "" where there is none.
inline std::string cookie_set_by(const Response& response, std::string_view name) {
    for (std::string_view header : response.headers.all("Set-Cookie")) {
        if (header.starts_with(std::string(name) + "=")) return std::string(header.substr(0, header.find(';')));
    }
    return {};
}

inline Json json_of(const Response& response) { return Json::parse(body_text_of(response)).value(); }
inline Json member(const Json& object, std::string_view name) { return *object.find(name); }
inline std::string code_of(const Response& response) { return json_of(response).string_at("code").value_or(""); }

}  // namespace vestibule
