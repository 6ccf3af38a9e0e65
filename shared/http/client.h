// The outgoing side: what a function asks of the provider and of upstreams. Implemented by adapters/curl; scripted in
// tests.
//
// The implementation verifies TLS chain and host name always, never follows redirects, ignores proxy variables of the
// environment, sends no cookies, and decodes no content coding (checklist A21, A22, A23, A28, P49).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "http/message.h"

namespace vestibule {

struct HttpLimits {
    Milliseconds connect{5'000};
    Milliseconds first_byte{10'000};  // from the request's start, or the upload's last move, to the status line
    Milliseconds idle{10'000};        // between two octets
    Milliseconds total{10'000};       // 0: no limit (streams)
    std::size_t max_header_octets = 64 * 1024;
    std::size_t max_body_octets = 1024 * 1024;  // for send(); open() streams without a limit
};

// What we are to a server that asks for a certificate in TLS (RFC 8705): PEM, our own certificate first.
struct ClientCertificate {
    std::string certificates;
    Secret key;
    std::string thumbprint;  // x5t#S256 of our own; what tells two of them apart
};

struct OutboundRequest {
    std::string method = "GET";
    std::string url;  // absolute; comes from configuration or verified metadata, never from a browser
    HeaderFields headers;
    std::string body;                             // or:
    std::shared_ptr<BodySource> upload;           // streamed; content_length says how much; asked once ready()
    std::optional<std::uint64_t> content_length;  // with upload; absent: no body
    // Presented to this server where it asks. No connection and no TLS session is shared with another certificate, or
    // with none, as a resumed one speaks for the certificate it began with. Nothing: none is presented.
    std::shared_ptr<const ClientCertificate> certificate;
    std::shared_ptr<const Cancellation> cancellation;  // gives up within a second of it
    HttpLimits limits;
};

struct OutboundResponse {
    int status = 0;
    HeaderFields headers;
    std::string body;
};

// An answer whose header is here and whose body is still to be read. Closing it before the end cancels the call.
struct OpenResponse {
    int status = 0;
    HeaderFields headers;
    std::shared_ptr<BodySource> body;  // never null
};

// Thread-safe. Fails with upstream_unreachable (name, connection, TLS), upstream_timeout, upstream_invalid (no HTTP,
// header or body over the limit, truncated), body_too_large or bad_request (the upload itself failed). Never retries.
class HttpClient {
public:
    virtual ~HttpClient() = default;
    virtual Result<OutboundResponse> send(const OutboundRequest& request) = 0;
    virtual Result<OpenResponse> open(const OutboundRequest& request) = 0;
};

}  // namespace vestibule
