// The HTTP client over libcurl. Upstreams are spoken to in HTTP/1.1; connections are kept and reused; trailers are
// discarded. Besides what http/client.h promises:
//
// - A request that is not idempotent, or streams its body, goes out on a fresh connection, exactly once. Any other may
//   be sent again, once, when a kept connection turns out to be dead before the first octet of an answer.
// - HttpLimits::first_byte starts again with every octet of an upload that moves.
// - A call that is cancelled fails with bad_request: nobody sees it.
// - Connections are kept apart by the client certificate they were made with.
// - Request fields Host, Content-Length, Expect and those of the connection are made here, whatever the caller gave.
#pragma once

#include <memory>
#include <string>

#include "adapters/curl/curl_request.h"
#include "http/client.h"

namespace vestibule {

class CurlPools;

class CurlHttpClient final : public HttpClient {
public:
    // Throws std::runtime_error where libcurl does not start.
    explicit CurlHttpClient(TlsTrust trust = {});
    ~CurlHttpClient() override;

    Result<OutboundResponse> send(const OutboundRequest& request) override;
    Result<OpenResponse> open(const OutboundRequest& request) override;

private:
    const TlsTrust trust_;
    const std::unique_ptr<CurlPools> pools_;
};

}  // namespace vestibule
