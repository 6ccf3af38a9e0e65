// A provider on a real socket, behind the real HTTP client, one of whose endpoints has gone mad.
#pragma once

#include <sys/resource.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "adapters/curl/curl_http_client.h"
#include "adapters/system/system_clock.h"
#include "provider/oidc_provider.h"
#include "tests/support/fixed_random.h"
#include "tests/support/jws_signer.h"
#include "tests/support/memory_session_store.h"
#include "tests/support/raw_http_server.h"
#include "tests/support/recording_log.h"
#include "tests/support/session_in_store.h"

namespace vestibule {

// What an endpoint does with a connection once the request's header is read.
using Madness = std::function<void(RawConnection&)>;

class HostileProvider {
public:
    // Answers well everywhere but where `madness` is asked: "/keys", "/token", …
    HostileProvider(std::string where, Madness madness) : where_(std::move(where)), madness_(std::move(madness)) {
        server_ = std::make_unique<RawHttpServer>([this](RawConnection& connection) { serve(connection); });
        issuer_ = server_->url("");
    }

    const std::string& issuer() const { return issuer_; }
    // Requests that came to `path`.
    int asked(const std::string& path) {
        const std::lock_guard lock(mutex_);
        return asked_[path];
    }

private:
    void serve(RawConnection& connection) {
        for (;;) {
            const std::string header = connection.read_header();
            if (header.empty()) return;
            const std::size_t start = header.find(' ') + 1;
            const std::string path = header.substr(start, header.find(' ', start) - start);
            {
                const std::lock_guard lock(mutex_);
                ++asked_[path];
            }
            if (path == where_) return madness_(connection);
            if (!connection.deliver(answer(path))) return;
        }
    }
    static std::string json(const std::string& body) {
        return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\nConnection: close\r\n\r\n" + body;
    }
    std::string answer(const std::string& path) const {
        if (path == "/.well-known/openid-configuration") return json(metadata());
        if (path == "/keys") return json(jwk_set({key_.public_jwk("key-1", "ES256")}));
        if (path == "/token") {
            return json(R"({"access_token":"at","token_type":"Bearer","expires_in":300,"id_token":")" +
                        sign_jwt(key_, JwsAlgorithm::ES256, {"key-1"}, R"({"sub":"alice"})") + "\"}");
        }
        return json(R"({"sub":"alice"})");
    }
    std::string metadata() const {
        const auto endpoint = [&](const char* path) { return Json(issuer_ + path); };
        return Json::object({{"issuer", issuer_},
                             {"authorization_endpoint", endpoint("/authorize")},
                             {"token_endpoint", endpoint("/token")},
                             {"jwks_uri", endpoint("/keys")},
                             {"userinfo_endpoint", endpoint("/userinfo")},
                             {"revocation_endpoint", endpoint("/revoke")},
                             {"pushed_authorization_request_endpoint", endpoint("/par")}})
            .print();
    }

    const std::string where_;
    const Madness madness_;
    const SigningKey key_ = SigningKey::generate(KeyType::ec_p256);
    std::mutex mutex_;
    std::map<std::string, int> asked_;
    std::string issuer_;
    std::unique_ptr<RawHttpServer> server_;  // last: its threads use everything above
};

// Our side of it.
struct RealClient {
    // For everything of one call, on a machine that has much else to do.
    static constexpr Milliseconds kPatience{1'500};

    explicit RealClient(const std::string& issuer) : config(configured(issuer)) {}

    static Config configured(const std::string& issuer) {
        Config made;
        made.public_url = parse_url("https://app.example").value();
        made.provider.issuer = issuer;
        made.provider.client_id = "spa";
        made.provider.auth.secret = Secret("a-client-secret-of-some-length");
        made.provider.id_token_algorithms = {JwsAlgorithm::ES256};
        made.provider.timeout = made.provider.refresh_timeout = kPatience;
        return made;
    }

    IdTokenRules rules() const {
        IdTokenRules rules;
        rules.issuer = config.provider.issuer;
        rules.client_id = config.provider.client_id;
        rules.nonce = "n";
        return rules;
    }

    SystemClock clock;
    FixedRandom random;
    RecordingLog log;
    MemorySessionStore store;
    CurlHttpClient http;
    KeyRing keys = test_keys();
    Config config;
    ClientCredentials client{config.provider.auth, clock, log};
    OidcProvider provider{{config, http, store, keys, clock, random, log, client}};
};

// The most memory this process has used so far, in octets.
inline std::size_t peak_memory() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

}  // namespace vestibule
