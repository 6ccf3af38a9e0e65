// What the tests of the HTTP client ask of an upstream, right or wrong.
#pragma once

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <string_view>

#include "adapters/curl/curl_http_client.h"
#include "tests/support/http_text.h"
#include "tests/support/raw_http_server.h"

namespace vestibule {

inline const auto kOk = always("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

inline OutboundRequest get(const std::string& url) {
    OutboundRequest request;
    request.url = url;
    return request;
}

// What the upstream saw of one request, header only.
inline std::string header_seen(OutboundRequest request, std::string_view target = "/") {
    std::promise<std::string> seen;
    RawHttpServer server([&](RawConnection& connection) {
        seen.set_value(connection.read_header());
        connection.write("HTTP/1.1 204 No Content\r\n\r\n");
    });
    request.url = server.url(target);
    CurlHttpClient().send(request);
    return seen.get_future().get();
}

inline bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// The name of the error that an answer of these octets leads to, at whatever point; "" for none.
inline std::string outcome_of(const std::string& answer, const HttpLimits& limits = {}) {
    RawHttpServer server([&](RawConnection& connection) {
        connection.read_header();
        connection.write(answer);
    });
    OutboundRequest request = get(server.url());
    request.limits = limits;
    auto response = CurlHttpClient().send(request);
    return response ? "" : std::string(facts(response.error().code).name);
}

class Flag final : public Cancellation {
public:
    bool cancelled() const override { return raised; }
    std::atomic<bool> raised{false};
};

inline std::string read_everything(BodySource& source, std::size_t piece = 1000) {
    std::string all;
    std::string chunk(piece, '\0');
    for (;;) {
        const auto got = source.read(chunk);
        if (!got) return all + "[" + std::string(facts(got.error().code).name) + "]";
        if (*got == 0) return all;
        all.append(chunk, 0, *got);
    }
}

}  // namespace vestibule
