// The whole configuration as values, with the meaning and the default of each beside it (DESIGN §4).
//
// schema/config.schema.json says the same to editors; a check in the tests keeps the two together. Made by
// config/read_config.h and nowhere else in the programs; a Config that exists is valid.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "codec/json.h"
#include "crypto/jws.h"
#include "crypto/signing_key.h"
#include "http/client.h"
#include "http/url.h"

namespace vestibule {

enum class Profile { standard, fapi2 };
enum class PushedRequests { when_required, always, never };  // "auto", "always", "never"
enum class LogoutTyp { may_be_absent, required };            // "optional", "required"
enum class PostLogout { app, logout };                       // "app", "logout"
enum class ResponseMode { query, form_post };
enum class Dpop { when_required, always, never };  // "auto", "always", "never"

enum class ClientAuthMethod {
    client_secret_basic,
    client_secret_post,
    private_key_jwt,
    tls_client_auth,
    self_signed_tls_client_auth,
};
// As providers and we spell it: "client_secret_basic".
std::string_view name_of(ClientAuthMethod method);

enum class AssertionAudience { issuer, token_endpoint };

// What the files of ClientAuth held when they were last read (config/client_keys.h).
struct ClientKeys {
    std::optional<PrivateSigningKey> signing;              // with private_key_jwt
    std::shared_ptr<const ClientCertificate> certificate;  // null where no certificate is configured
};

struct ClientAuth {
    ClientAuthMethod method = ClientAuthMethod::client_secret_basic;
    Secret secret = {};  // "secretFile", or BFF_CLIENT_SECRET[_FILE]; "secret" in the file itself is refused

    // private_key_jwt (RFC 7523): "keysFile" is a private JWK Set or one key in PEM. "keyId" says which key of the set
    // signs, the first where it is empty; of a PEM file it is the name the key is registered by. "algorithm" where it
    // is not what the key says.
    std::string keys_file = {};
    std::string key_id = {};
    std::string algorithm = {};
    // "assertionAudience", "assertionType": as RFC 10070 has them; otherwise for providers that are older than it.
    AssertionAudience assertion_audience = AssertionAudience::issuer;
    bool assertion_type = true;

    // "certificateFile", "keyFile" (RFC 8705): presented to the provider whatever the method, so that access tokens can
    // be bound to it, too.
    std::string certificate_file = {};
    std::string key_file = {};

    ClientKeys keys = {};  // as of the start

    bool presents_certificate() const { return !certificate_file.empty(); }
};

struct ProviderConfig {
    std::string issuer;  // byte for byte what the provider calls itself
    std::string client_id;
    ClientAuth auth;
    std::string scope = "openid profile email offline_access";
    // "idTokenAlgorithms": what signs our ID tokens (checklist I03); under fapi2 PS256, ES256 and EdDSA unless told.
    std::vector<JwsAlgorithm> id_token_algorithms = {JwsAlgorithm::RS256};
    // What the provider signs UserInfo with, where this client is registered so ("userinfoAlgorithms"; Core §5.3.2,
    // checklist I40). Empty: UserInfo is plain JSON. Either way the other form is refused.
    std::vector<JwsAlgorithm> userinfo_algorithms;
    std::optional<Seconds> max_age;       // "maxAge": the login must not be older
    std::vector<std::string> acr_values;  // "acrValues": one of these is required
    Seconds clock_skew{30};               // "clockSkew", at most 5 min
    // "idTokenHint": a logout, and a silent login that is a navigation or is pushed, name the ID token to the provider.
    // But for a pushed one it then passes through the browser's address, which nothing else of ours does; without it
    // some providers ask "log out?" once more, and a few refuse (RP-Initiated Logout §2).
    bool id_token_hint = false;
    // "postLogoutRedirect": which address the provider sends people to after logout, and has registered: the app's, or
    // that of the function logout, which leads on to the `returnTo` of the logout.
    PostLogout post_logout = PostLogout::app;
    // "logoutTokenTyp": whether a logout token must say that it is one ("required"), or may leave it out, as most
    // providers do ("optional"; Back-Channel Logout §4.1).
    LogoutTyp logout_token_typ = LogoutTyp::may_be_absent;
    // "pushedAuthorizationRequests" (RFC 9126): what a login asks goes to the provider directly, not by the browser.
    PushedRequests pushed_requests = PushedRequests::when_required;
    ResponseMode response_mode = ResponseMode::query;  // "responseMode": how the provider answers a login
    std::vector<std::string> resources;                // what the access token is for (RFC 8707)
    // "authorizationParameters": sent with every login besides our own, none of which may be among them.
    std::vector<std::pair<std::string, std::string>> authorization_parameters;
    // "dpop" (RFC 9449): tokens are bound to a key of the session. By itself only where the profile needs it: the
    // routes' upstreams must take such tokens, so nobody's provider decides that for them.
    Dpop dpop = Dpop::when_required;
    Milliseconds timeout{10'000};  // "timeout" of one call to the provider, and of a whole callback; 1 s to 30 s
    // "refreshTimeout" of a whole refresh, `timeout` to 60 s. A provider that rotates has used up the refresh token
    // when it answers: who no longer listens has lost the session.
    Milliseconds refresh_timeout{20'000};
};

struct SessionConfig {
    Seconds idle{30 * 60};
    Seconds absolute{12 * 60 * 60};
    std::vector<std::string> claims = {"sub", "name", "email", "picture"};  // what checksession may show
    std::vector<std::string> clear_site_data;  // "clearSiteData": what a logout has the browser forget
    int per_user = 0;  // "perUser": a user's sessions at once, the oldest ends for one more; 0: as many as they like
    bool userinfo = false;  // fetch claims from UserInfo at login, too
};

struct Paths {
    std::string login = "/auth/login";
    std::string callback = "/auth/callback";
    std::string checksession = "/auth/checksession";
    std::string userinfo = "/auth/userinfo";
    std::string refresh = "/auth/refresh";
    std::string logout = "/auth/logout";
    std::string backchannel = "/auth/backchannel";
    std::string app = "/";  // where a person lands without a returnTo, after errors, and after logout
};

enum class TokenKind { user, user_or_none, none };  // "user", "user-or-none", "none"

// A claim that the session must have: equal to the text, or, where the claim is an array, containing it.
struct RequiredClaim {
    std::string name;
    std::string value;
};

struct Route {
    std::string path;      // prefix, begins and ends with '/': compared on segment borders
    std::string upstream;  // absolute URL that ends with '/'; replaces the prefix
    std::vector<std::string> methods = {"GET", "HEAD"};
    TokenKind token = TokenKind::user;
    std::vector<RequiredClaim> require;    // all of them
    std::uint64_t max_body = 10ULL << 20;  // octets of a request body ("maxBody")
    Seconds connect_timeout{5};
    Seconds first_byte_timeout{30};
    Seconds idle_timeout{60};
    Seconds total_timeout{0};                   // 0: none
    std::vector<std::string> request_headers;   // forwarded besides the built-in list
    std::vector<std::string> response_headers;  // allowed back besides the built-in list
    bool encoded_slashes = false;               // lets %2F through (checklist P05)
    bool cache = false;                         // keeps the upstream's Cache-Control, made private (P37)
    bool client_certificate = false;            // "clientCertificate": presents the client's own (RFC 8705 §3)
    bool html = false;                          // lets text/html, svg and xml through, sandboxed (P40)
};

struct ServingConfig {
    int threads = 256;  // requests at once in one process
    int max_in_flight_per_session =
        64;  // "maxInFlightPerSession" of the proxy in one process; without a session: per address
    Milliseconds client_timeout{30'000};  // "clientTimeout": how long a client may be silent, or not read
    // "storeConnections": connections to a store on a server, of one process; never more than it has threads
    int store_connections = 8;
    std::uint64_t max_header_octets = 32ULL << 10;
};

struct Config {
    Url public_url;                       // origin only
    Profile profile = Profile::standard;  // "fapi2": what the FAPI 2.0 Security Profile asks of a client
    ProviderConfig provider;
    // "sqlite:/path", "postgresql://…", "redis://…", "rediss://…". May hold a password: nothing prints it.
    std::string store;
    Secret keys;            // the text of the key file
    std::string keys_file;  // "keysFile": where it can be read anew; empty where the keys came from BFF_KEYS
    SessionConfig session;
    Paths paths;
    std::vector<Route> routes;
    ServingConfig serving;
    bool allow_plain_http = false;  // "allowPlainHttp": http beyond loopback, said by name
    // "allowInsecureStore": a store on another host without TLS that proves which host it is, said by name
    bool allow_insecure_store = false;

    std::string url_of(std::string_view path) const { return public_url.origin() + std::string(path); }
};

}  // namespace vestibule
