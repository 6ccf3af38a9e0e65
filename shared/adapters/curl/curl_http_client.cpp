#include "adapters/curl/curl_http_client.h"

#include <array>
#include <stdexcept>
#include <utility>

#include "adapters/curl/curl_engine.h"
#include "adapters/curl/curl_exchange.h"

namespace vestibule {
namespace {

void start_libcurl_once() {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (started != CURLE_OK) throw std::runtime_error("libcurl does not start");
}

Result<std::string> read_all(BodySource& source, std::size_t max_octets) {
    std::string body;
    std::array<char, 16 * 1024> chunk;
    for (;;) {
        const auto got = source.read(chunk);
        if (!got) return failure(got.error());
        if (*got == 0) return body;
        if (body.size() + *got > max_octets) return failure(ErrorCode::upstream_invalid, "a body over the limit");
        body.append(chunk.data(), *got);
    }
}

}  // namespace

CurlHttpClient::CurlHttpClient(TlsTrust trust) : trust_(std::move(trust)), pools_(std::make_unique<CurlPools>()) {
    start_libcurl_once();
}

CurlHttpClient::~CurlHttpClient() = default;

Result<OpenResponse> CurlHttpClient::open(const OutboundRequest& request) {
    auto fields = field_list(request);
    if (!fields) return failure(fields.error());
    auto exchange = std::make_shared<CurlExchange>(pools_->pool_for(request.certificate.get()), request,
                                                   std::move(*fields), trust_);
    if (auto here = exchange->await_header(); !here) return failure(here.error());
    const ResponseHeader& header = exchange->header();
    return OpenResponse{header.status(), header.fields(), exchange};
}

Result<OutboundResponse> CurlHttpClient::send(const OutboundRequest& request) {
    auto opened = open(request);
    if (!opened) return failure(opened.error());
    auto body = read_all(*opened->body, request.limits.max_body_octets);
    if (!body) return failure(body.error());
    return OutboundResponse{opened->status, std::move(opened->headers), std::move(*body)};
}

}  // namespace vestibule
