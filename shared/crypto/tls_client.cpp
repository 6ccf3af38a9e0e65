#include "crypto/tls_client.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>

#include "crypto/openssl.h"

namespace vestibule {
namespace {

using Context = std::unique_ptr<SSL_CTX, openssl::Freed<SSL_CTX_free>>;
using Connection = std::unique_ptr<SSL, openssl::Freed<SSL_free>>;

tl::unexpected<Error> refused(const std::string& what) {
    const unsigned long code = ERR_peek_last_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return failure(ErrorCode::store_unavailable,
                   "TLS: " + what + (reason == nullptr ? "" : std::string(": ") + reason));
}

bool is_address(const std::string& host) {
    in6_addr any{};
    return inet_pton(AF_INET, host.c_str(), &any) == 1 || inet_pton(AF_INET6, host.c_str(), &any) == 1;
}

Result<void> load_files(SSL_CTX* context, const TlsPeer& peer) {
    const bool trusts = peer.ca_file.empty()
                            ? SSL_CTX_set_default_verify_paths(context) == 1
                            : SSL_CTX_load_verify_locations(context, peer.ca_file.c_str(), nullptr) == 1;
    if (!trusts) return refused("no certificate authorities in " + peer.ca_file);
    if (peer.certificate_file.empty()) return {};
    if (SSL_CTX_use_certificate_chain_file(context, peer.certificate_file.c_str()) != 1) {
        return refused("no certificate in " + peer.certificate_file);
    }
    if (SSL_CTX_use_PrivateKey_file(context, peer.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
        return refused("no key of that certificate in " + peer.key_file);
    }
    return {};
}

// RFC 6125: the name must be the certificate's. RFC 6066 §3: an address is no server name.
void expect_peer(SSL* connection, const std::string& host) {
    X509_VERIFY_PARAM* expected = SSL_get0_param(connection);
    if (is_address(host)) {
        openssl::require(X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) == 1, "expected address");
        return;
    }
    X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    openssl::require(X509_VERIFY_PARAM_set1_host(expected, host.c_str(), host.size()) == 1, "expected host");
    // The macro of OpenSSL for it casts away const.
    std::string name = host;
    openssl::require(SSL_ctrl(connection, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) == 1,
                     "server name");
}

}  // namespace

struct TlsClient::Handles {
    Context context{SSL_CTX_new(TLS_client_method())};
    Connection connection;
    BIO* in = nullptr;  // both belong to the connection
    BIO* out = nullptr;
};

TlsClient::TlsClient(std::unique_ptr<Handles> handles) : handles_(std::move(handles)) {}
TlsClient::~TlsClient() = default;

Result<std::unique_ptr<TlsClient>> TlsClient::make(const TlsPeer& peer) {
    const openssl::CleanErrorQueue clean;
    if (peer.host.empty()) return failure(ErrorCode::store_unavailable, "TLS: no host to verify");
    auto handles = std::make_unique<Handles>();
    SSL_CTX* context = handles->context.get();
    openssl::require(context != nullptr, "TLS context");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    openssl::require(SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1, "TLS 1.2");
    if (const auto loaded = load_files(context, peer); !loaded) return failure(loaded.error());
    handles->connection.reset(SSL_new(context));
    openssl::require(handles->connection != nullptr, "TLS connection");
    handles->in = BIO_new(BIO_s_mem());
    handles->out = BIO_new(BIO_s_mem());
    openssl::require(handles->in != nullptr && handles->out != nullptr, "TLS buffers");
    SSL_set_bio(handles->connection.get(), handles->in, handles->out);
    SSL_set_connect_state(handles->connection.get());
    expect_peer(handles->connection.get(), peer.host);
    return std::unique_ptr<TlsClient>(new TlsClient(std::move(handles)));
}

void TlsClient::received(std::string_view from_peer) {
    openssl::require(BIO_write(handles_->in, from_peer.data(), static_cast<int>(from_peer.size())) ==
                         static_cast<int>(from_peer.size()),
                     "memory for TLS records");
}

std::string TlsClient::to_send() {
    std::string records(BIO_ctrl_pending(handles_->out), '\0');
    if (!records.empty()) BIO_read(handles_->out, records.data(), static_cast<int>(records.size()));
    return records;
}

Result<bool> TlsClient::handshake() {
    const openssl::CleanErrorQueue clean;
    SSL* connection = handles_->connection.get();
    const int done = SSL_do_handshake(connection);
    if (done == 1) return true;
    if (SSL_get_error(connection, done) == SSL_ERROR_WANT_READ) return false;
    const long verdict = SSL_get_verify_result(connection);
    if (verdict != X509_V_OK) return refused(X509_verify_cert_error_string(verdict));
    return refused("the handshake failed");
}

Result<void> TlsClient::write(std::string_view plain) {
    const openssl::CleanErrorQueue clean;
    if (plain.empty()) return {};
    // Into memory, so never partly.
    if (SSL_write(handles_->connection.get(), plain.data(), static_cast<int>(plain.size())) > 0) return {};
    return refused("cannot write");
}

Result<std::string> TlsClient::read() {
    const openssl::CleanErrorQueue clean;
    std::string plain;
    std::array<char, 16384> part{};
    for (;;) {
        const int length = SSL_read(handles_->connection.get(), part.data(), static_cast<int>(part.size()));
        if (length > 0) {
            plain.append(part.data(), static_cast<std::size_t>(length));
            continue;
        }
        const int why = SSL_get_error(handles_->connection.get(), length);
        if (why == SSL_ERROR_ZERO_RETURN) closed_ = true;
        if (why == SSL_ERROR_ZERO_RETURN || why == SSL_ERROR_WANT_READ) return plain;
        return refused("cannot read");
    }
}

}  // namespace vestibule
