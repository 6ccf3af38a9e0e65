#include "tests/support/tls_server.h"

#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

#include "codec/base64url.h"
#include "crypto/hash.h"

namespace vestibule {
namespace {

using Connection = std::unique_ptr<SSL, decltype(&SSL_free)>;
using Memory = std::unique_ptr<BIO, decltype(&BIO_free)>;

void require(bool done, const char* step) {
    if (!done) throw std::runtime_error(std::string("TLS server of a test: ") + step);
}

Memory reader(const std::string& text) {
    return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free};
}

void use(SSL_CTX* context, const Issued& identity) {
    const Memory certificates = reader(identity.certificates);
    const std::unique_ptr<X509, decltype(&X509_free)> own(
        PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr), X509_free);
    require(own && SSL_CTX_use_certificate(context, own.get()) == 1, "certificate");
    while (X509* next = PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr))
        require(SSL_CTX_add_extra_chain_cert(context, next) == 1, "chain");
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        PEM_read_bio_PrivateKey(reader(identity.key).get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
    require(key && SSL_CTX_use_PrivateKey(context, key.get()) == 1, "key");
}

void apply(SSL_CTX* context, const TlsServerRules& rules) {
    using Rule = TlsServerRules::ClientCertificate;
    const int mode = rules.client_certificate == Rule::ignored     ? SSL_VERIFY_NONE
                     : rules.client_certificate == Rule::asked_for ? SSL_VERIFY_PEER
                                                                   : SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    SSL_CTX_set_verify(context, mode, [](int, X509_STORE_CTX*) { return 1; });  // any, self-signed ones, too
    const unsigned char kSessions[] = "test";
    SSL_CTX_set_session_id_context(context, kSessions, sizeof kSessions);
    if (rules.versions == TlsServerRules::Versions::today) return;
    require(SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0") == 1 &&
                SSL_CTX_set_min_proto_version(context, TLS1_1_VERSION) == 1 &&
                SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION) == 1,
            "TLS 1.1");
}

std::string thumbprint_of_peer(const SSL* connection) {
    const std::unique_ptr<X509, decltype(&X509_free)> peer(SSL_get1_peer_certificate(connection), X509_free);
    if (!peer) return {};
    std::string der(static_cast<std::size_t>(i2d_X509(peer.get(), nullptr)), '\0');
    auto* at = reinterpret_cast<unsigned char*>(der.data());
    i2d_X509(peer.get(), &at);
    return base64url_encode(sha256(der));
}

// "" where the other side hung up. Bodies are read as far as they came, and not looked at.
std::string read_header(SSL* connection, std::string& received) {
    char buffer[4096];
    for (;;) {
        if (const auto end = received.find("\r\n\r\n"); end != std::string::npos) {
            std::string header = received.substr(0, end + 4);
            received.clear();
            return header;
        }
        const int count = SSL_read(connection, buffer, sizeof buffer);
        if (count <= 0) return {};
        received.append(buffer, static_cast<std::size_t>(count));
    }
}

int listen_on_loopback(int& port) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    require(descriptor >= 0 && ::bind(descriptor, generic, size) == 0 && ::listen(descriptor, 64) == 0 &&
                ::getsockname(descriptor, generic, &size) == 0,
            "socket");
    port = ntohs(address.sin_port);
    return descriptor;
}

}  // namespace

struct TlsServer::Context {
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> handle{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
};

TlsServer::TlsServer(const Issued& identity, Answer answer, TlsServerRules rules)
    : answer_(std::move(answer)), context_(std::make_unique<Context>()), listening_(listen_on_loopback(port_)) {
    use(context_->handle.get(), identity);
    apply(context_->handle.get(), rules);
    acceptor_ = std::thread([this] { accept_all(); });
}

TlsServer::~TlsServer() {
    ::shutdown(listening_, SHUT_RDWR);
    acceptor_.join();
    {
        const std::lock_guard lock(mutex_);
        for (const int descriptor : open_) ::shutdown(descriptor, SHUT_RDWR);
    }
    for (std::thread& thread : threads_) thread.join();
    ::close(listening_);
    for (const int descriptor : open_) ::close(descriptor);
}

std::string TlsServer::url(std::string_view target) const {
    return "https://localhost:" + std::to_string(port_) + std::string(target);
}

std::vector<TlsRequest> TlsServer::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

void TlsServer::accept_all() {
    for (;;) {
        const int descriptor = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
        if (descriptor < 0) return;
        ++connections_;
        const std::lock_guard lock(mutex_);
        open_.push_back(descriptor);
        threads_.emplace_back([this, descriptor] { serve(descriptor); });
    }
}

void TlsServer::serve(int descriptor) {
    const Connection connection(SSL_new(context_->handle.get()), SSL_free);
    SSL_set_fd(connection.get(), descriptor);
    if (SSL_accept(connection.get()) == 1) {
        std::string received;
        for (std::string header; !(header = read_header(connection.get(), received)).empty();) {
            const TlsRequest request{header, thumbprint_of_peer(connection.get()),
                                     SSL_session_reused(connection.get()) == 1};
            const std::string body = answer_(request);
            {
                const std::lock_guard lock(mutex_);
                requests_.push_back(request);
            }
            const std::string answer =
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body;
            if (SSL_write(connection.get(), answer.data(), static_cast<int>(answer.size())) <= 0) break;
        }
    }
    ::shutdown(descriptor, SHUT_RDWR);
}

}  // namespace vestibule
