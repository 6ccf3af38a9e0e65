// One request to an upstream and its answer, from the first octet to the last.
#pragma once

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "adapters/curl/curl_engine.h"
#include "adapters/curl/curl_request.h"
#include "adapters/curl/response_header.h"
#include "http/client.h"

namespace vestibule {

// The body of the answer. Nothing moves unless somebody calls; at most about 80 KiB wait in memory. The pool gets the
// engine back when this dies; the connection is closed then if the answer was not read to its end. One thread at a
// time.
class CurlExchange final : public BodySource {
public:
    CurlExchange(std::shared_ptr<CurlPool> pool, OutboundRequest request, FieldList fields, const TlsTrust& trust);
    ~CurlExchange() override;
    CurlExchange(const CurlExchange&) = delete;
    CurlExchange& operator=(const CurlExchange&) = delete;

    Result<void> await_header();
    const ResponseHeader& header() const { return header_; }

    Result<std::size_t> read(std::span<char> into) override;

private:
    using Time = std::chrono::steady_clock::time_point;

    Result<void> step();
    void collect_outcome();
    void check_limits(Time now);
    void fail(Error error);
    void resume();
    void resume_upload();
    void wait_for_either_side(Milliseconds at_most);
    Time deadline() const;

    std::size_t take_header(std::string_view line);
    std::size_t take_body(std::string_view octets);
    std::size_t give_upload(std::span<char> into);
    static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t on_upload(char* data, std::size_t size, std::size_t count, void* self);

    std::shared_ptr<CurlPool> pool_;
    OutboundRequest request_;
    FieldList fields_;
    ResponseHeader header_;
    std::unique_ptr<CurlEngine> engine_;
    std::array<char, CURL_ERROR_SIZE> message_{};

    std::string buffer_;  // of the body, received and not yet read
    std::size_t read_from_ = 0;
    bool paused_ = false;
    bool upload_paused_ = false;  // the client has not sent more yet
    bool moved_ = false;          // something came or went in this step
    bool done_ = false;
    std::optional<Error> failure_;
    std::uint64_t upload_left_ = 0;

    Time start_;
    Time last_move_;
    Time last_asked_;  // the cancellation
};

}  // namespace vestibule
