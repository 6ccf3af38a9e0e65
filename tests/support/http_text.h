// HTTP text in, HTTP text out: a handler's test reads like what goes over the wire.
//
//   const Request request = request_of("POST /api/orders/7?x=1 HTTP/1.1\nSec-Fetch-Site: same-origin\n\n{\"a\":1}");
//   cr_assert(eq(str, text_of(handle(request, world)), "HTTP/1.1 204\nCache-Control: no-store\n\n"));
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace vestibule {

// A body that comes in the pieces a test says, and then ends or breaks. Counts what was taken.
class PiecewiseBody final : public BodySource {
public:
    explicit PiecewiseBody(std::deque<std::string> pieces, std::optional<Error> breaks_with = std::nullopt)
        : pieces_(std::move(pieces)), breaks_with_(std::move(breaks_with)) {}

    Result<std::size_t> read(std::span<char> into) override;
    std::size_t octets_read() const { return octets_read_; }
    std::size_t reads() const { return reads_; }

private:
    std::deque<std::string> pieces_;
    std::optional<Error> breaks_with_;
    std::size_t octets_read_ = 0;
    std::size_t reads_ = 0;
};

std::shared_ptr<PiecewiseBody> body_of(std::string octets);

// A request from its text; lines end with LF or CRLF. The target is split at its first '?' and otherwise left as it is,
// a header field at its first ':' with the blanks around its value removed. The body is what follows the empty line;
// content_length is the Content-Length field where there is one, else the body's size, else absent.
// Comes from 192.0.2.7 with the request id "request-1". Aborts where the text is no request at all.
Request request_of(std::string_view text);

// "HTTP/1.1 200\nName: value\n\nbody", the fields in their order. A body that breaks off ends in "[broken: code]".
// Reads the response's body to its end.
std::string text_of(const Response& response);
// The body alone; the same mark where it breaks off.
std::string body_text_of(const Response& response);

}  // namespace vestibule
