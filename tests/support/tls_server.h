// An HTTPS server in the test. It may ask for a certificate, takes any, and says which one it saw.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/support/test_authority.h"

namespace vestibule {

struct TlsRequest {
    std::string header;      // up to the empty line and with it
    std::string thumbprint;  // x5t#S256 of the certificate that was presented; "" for none
    bool resumed = false;    // the TLS session of an earlier connection
};

struct TlsServerRules {
    enum class ClientCertificate { ignored, asked_for, required } client_certificate = ClientCertificate::asked_for;
    enum class Versions { today, tls_1_1 } versions = Versions::today;
};

// Every connection has a thread; it answers each request on it with 200 and what `answer` says.
class TlsServer {
public:
    using Answer = std::function<std::string(const TlsRequest&)>;
    TlsServer(const Issued& identity, Answer answer, TlsServerRules rules = {});
    ~TlsServer();
    TlsServer(const TlsServer&) = delete;
    TlsServer& operator=(const TlsServer&) = delete;

    std::string url(std::string_view target = "/") const;  // https://localhost:PORT/…
    int connections() const { return connections_; }       // all of them, also those whose handshake failed
    std::vector<TlsRequest> requests() const;

private:
    struct Context;
    void accept_all();
    void serve(int descriptor);

    const Answer answer_;
    std::unique_ptr<Context> context_;
    int port_ = 0;  // before the next one, which sets it
    int listening_;
    std::atomic<int> connections_{0};
    mutable std::mutex mutex_;
    std::vector<TlsRequest> requests_;
    std::vector<int> open_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

}  // namespace vestibule
