// An OpenID provider inside the test, on top of a ScriptedHttpClient: metadata, keys, token endpoint, UserInfo,
// revocation. It is strict (client authentication, one-time codes, PKCE, redirect_uri) and misbehaves on request.
//
//   FakeClock clock;
//   ScriptedHttpClient http(&clock);
//   TestProvider provider(http, clock);
//   Config config = …; provider.configure(config.provider);
//   … GET /auth/login → Location: url …
//   const std::string query = provider.log_in(url);           // "code=…&state=…&iss=…", for the callback
//   provider.knobs.change_claims = [](Json& claims) { claims.set("aud", "somebody-else"); };
//   http.answer_next(provider.token_endpoint(), json_answer(503, "{}"));        // any other fault
//   for (const std::string& secret : provider.issued_secrets()) …               // canaries
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "codec/json.h"
#include "config/config.h"
#include "session/token_set.h"
#include "tests/support/dpop_verifier.h"
#include "tests/support/jws_signer.h"
#include "tests/support/scripted_http_client.h"

namespace vestibule {

struct TestProviderKnobs {
    std::string subject = "alice";
    std::optional<std::string> sid = "provider-session-1";
    // In ID tokens and UserInfo, besides the protocol's own.
    Json user = Json::object({{"name", "Alice Example"}, {"email", "alice@example.com"}});
    Seconds access_token_lifetime{300};
    Seconds id_token_lifetime{300};

    bool refresh_tokens = true;         // issue them at all
    bool rotate_refresh_tokens = true;  // a used one is dead, and using it again kills the whole family
    bool id_token_at_refresh = true;
    bool iss_in_responses = true;  // RFC 9207
    bool require_dpop = false;     // no token without a proof (RFC 9449)
    // For PAR: what is said instead of 201, and what of a good answer is changed.
    std::optional<ScriptedAnswer> push_answer;
    std::function<void(Json& answer)> change_push_answer;

    // The last word on what goes out; each may be empty.
    std::function<void(Json& claims)> change_claims;        // of an ID token, before it is signed
    std::function<void(Json& header)> change_header;        // of an ID token: alg, kid, typ
    std::function<void(std::string& compact)> change_jws;   // of an ID token, after it was signed
    std::function<void(Json& answer)> change_token_answer;  // of the token endpoint, good ones only
    std::function<void(Json& claims)> change_userinfo;
    // And of the HTTP around them.
    std::function<void(ScriptedAnswer& response)> change_token_response;
    std::function<void(ScriptedAnswer& response)> change_userinfo_response;
    std::function<void(Json& header)> change_logout_header;  // of a logout token
};

class TestProvider {
public:
    TestProvider(ScriptedHttpClient& http, const Clock& clock, std::string issuer = "https://id.example");
    TestProvider(const TestProvider&) = delete;
    TestProvider& operator=(const TestProvider&) = delete;

    TestProviderKnobs knobs;
    Json metadata;                             // as it is published
    HeaderFields metadata_headers;             // of the answer: Content-Type, Cache-Control
    HeaderFields keys_headers;                 // likewise
    std::string client_id = "spa";             // registered, with the secret below
    std::string client_secret = "s:e%cr+t/é";  // every octet that Basic can get wrong
    // Instead of the secret: the public JWK Set that an assertion must be signed with, or the thumbprint of the
    // certificate that must be presented. Then nothing else authenticates, and nothing else may come beside it.
    std::optional<std::string> client_key_set;
    std::optional<std::string> client_thumbprint;
    // What an assertion must say: "" stands for the issuer, and for no type at all.
    std::string assertion_audience;
    std::string assertion_type = "client-authentication+jwt";

    // Strict with every proof that comes, and with its absence where a token or a code is bound to a key.
    DpopVerifier dpop;           // of the token endpoint and of pushed requests
    DpopVerifier userinfo_dpop;  // of UserInfo, with nonces of its own

    // Issuer, client, secret and algorithm (ES256: RSA keys take long to make).
    void configure(ProviderConfig& config) const;

    const std::string& issuer() const { return issuer_; }
    std::string metadata_url() const { return issuer_ + "/.well-known/openid-configuration"; }
    std::string authorization_endpoint() const { return issuer_ + "/authorize"; }
    std::string token_endpoint() const { return issuer_ + "/token"; }
    std::string keys_url() const { return issuer_ + "/keys"; }
    std::string push_endpoint() const { return issuer_ + "/par"; }  // RFC 9126
    std::string userinfo_endpoint() const { return issuer_ + "/userinfo"; }
    std::string revocation_endpoint() const { return issuer_ + "/revoke"; }
    std::string end_session_endpoint() const { return issuer_ + "/end"; }

    // --- the person at the provider ---
    // Logs in at the URL the login function made. The query of the redirect back.
    std::string log_in(std::string_view authorization_url);
    // Or the provider says no.
    std::string refuse(std::string_view authorization_url, std::string_view error = "access_denied");
    // Tokens as of a login that happened earlier, for a test that begins with a session.
    TokenSet issue_tokens(const std::optional<Secret>& dpop_key = std::nullopt);
    // An ID token with these claims on top of the usual ones, signed as the knobs say.
    std::string id_token(const Json& changes = Json::object());

    // A logout token with these claims on top of the usual ones; a null takes one away.
    std::string logout_token(const Json& changes = Json::object());

    // --- keys ---
    void rotate_keys();                                    // a new key under a new kid; the old one is withdrawn
    void replace_key_under_its_kid();                      // a new key under the old kid
    void use_key(SigningKey key, JwsAlgorithm algorithm);  // published under the current kid
    const SigningKey& key() const { return key_; }
    const std::string& kid() const { return kid_; }
    JwsAlgorithm algorithm() const { return algorithm_; }
    void publish_keys(std::string jwk_set);  // instead of the own ones, until the keys change

    // --- being away ---
    void go_down(ErrorCode error = ErrorCode::upstream_unreachable);
    void come_back();

    // --- what happened ---
    // Every code, token and secret given out so far: none of them may ever be seen in a response or a log.
    std::vector<std::string> issued_secrets() const;
    std::vector<std::string> revoked_tokens() const;
    int token_requests() const;         // all of them, good and bad
    int reused_refresh_tokens() const;  // dead ones that were presented: somebody's race
    bool refresh_token_lives(std::string_view token) const;

private:
    struct Login {
        std::string nonce;
        std::string code_challenge;
        std::string redirect_uri;
        std::string scope;
        std::string dpop_jkt;  // "": bound to no key
    };
    struct Grant {  // a refresh token's family
        int family = 0;
        bool alive = true;
    };

    // The thumbprint of the key that was proven; nothing where no proof came, and none was needed.
    tl::expected<std::optional<std::string>, ScriptedAnswer> proven_key(const RecordedRequest& request);
    static ScriptedAnswer with_nonce(ScriptedAnswer answer, DpopVerifier& dpop);
    bool shows_access_token(const RecordedRequest& request, std::string& why_not);

    ScriptedAnswer answer_keys() const;
    ScriptedAnswer answer_push(const RecordedRequest& request);
    // What the browser's URL asks: its query, or what was pushed and it refers to, which is used up by that.
    Form asked_by(std::string_view authorization_url);
    ScriptedAnswer answer_token(const RecordedRequest& request);
    ScriptedAnswer redeem(const RecordedRequest& request);
    ScriptedAnswer refresh(const RecordedRequest& request);
    ScriptedAnswer answer_userinfo(const RecordedRequest& request);
    ScriptedAnswer answer_revocation(const RecordedRequest& request);
    bool authenticated(const RecordedRequest& request);
    bool proves_client(const Form& form);
    bool are_fresh(const Json& claims);

    ScriptedAnswer good_answer(const Json& tokens) const;
    Json token_answer(std::optional<std::string> refresh_token, std::optional<std::string> id_token);
    Json usual_claims() const;
    std::string signed_id_token(Json claims);
    std::string new_secret(std::string_view kind);
    std::string new_refresh_token(int family);
    void kill_family(int family);
    void publish();
    void set_key(SigningKey key, JwsAlgorithm algorithm, std::string kid);

    ScriptedHttpClient& http_;
    const Clock& clock_;
    const std::string issuer_;
    mutable std::recursive_mutex mutex_;  // the knobs are the test's own to guard
    SigningKey key_;
    JwsAlgorithm algorithm_ = JwsAlgorithm::ES256;
    std::string kid_ = "key-1";
    int keys_made_ = 1;
    std::optional<std::string> published_keys_;
    std::map<std::string, Login, std::less<>> codes_;
    std::map<std::string, Form, std::less<>> pushed_;  // by request_uri
    int pushes_ = 0;
    std::map<std::string, Grant, std::less<>> refresh_tokens_;
    std::set<std::string, std::less<>> access_tokens_;
    std::set<std::string, std::less<>> assertion_ids_;
    std::map<std::string, std::string, std::less<>> bound_;  // access and refresh tokens, to a thumbprint
    std::optional<std::string> proven_;                      // of the token request that is being answered
    std::vector<std::string> secrets_;
    std::vector<std::string> revoked_;
    int families_ = 0;
    int token_requests_ = 0;
    int logouts_ = 0;
    int reused_ = 0;
};

}  // namespace vestibule
