#include "adapters/cgi/cgi_response.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace vestibule {
namespace {

using Streaming = std::shared_ptr<BodySource>;

constexpr std::size_t kChunk = 16 * 1024;

std::string_view reason_of(int status) {
    switch (status) {
        case 200: return "OK";
        case 201: return "Created";
        case 202: return "Accepted";
        case 204: return "No Content";
        case 206: return "Partial Content";
        case 302: return "Found";
        case 303: return "See Other";
        case 304: return "Not Modified";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 409: return "Conflict";
        case 412: return "Precondition Failed";
        case 413: return "Content Too Large";
        case 429: return "Too Many Requests";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 502: return "Bad Gateway";
        case 503: return "Service Unavailable";
        case 504: return "Gateway Timeout";
        default: return "Status";  // RFC 3875 §6.3.3 wants a phrase; nobody reads it
    }
}

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view other) { return equal_ignoring_case(name, other); });
}

// Of the connection, or made here.
bool is_ours(std::string_view name) {
    static constexpr std::string_view kNames[] = {"Status",           "Connection", "Keep-Alive",
                                                  "Proxy-Connection", "TE",         "Transfer-Encoding",
                                                  "Trailer",          "Upgrade",    "Content-Length"};
    return is_one_of(name, kNames);
}

// Each of these at most once (RFC 3875 §6.3).
bool comes_once(std::string_view name) {
    static constexpr std::string_view kNames[] = {"Content-Type", "Location"};
    return is_one_of(name, kNames);
}

bool may_have_body(int status) { return status != 204 && status != 304; }

std::optional<std::uint64_t> stated_length(const Response& response) {
    if (const auto* text = std::get_if<std::string>(&response.body)) return text->size();
    const auto value = response.headers.single("Content-Length");
    std::uint64_t length = 0;
    if (!value) return std::nullopt;
    const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), length);
    if (error != std::errc{} || end != value->data() + value->size()) return std::nullopt;
    return length;
}

class HeaderBlock {
public:
    HeaderBlock(int status, Log& log) : log_(log) {
        text_.append("Status: ").append(std::to_string(status)).append(" ").append(reason_of(status)).append("\r\n");
    }

    void add(std::string_view name, std::string_view value) {
        if (!is_valid_field_name(name) || !is_valid_field_value(value)) {
            log_.error("response.field_dropped", {{"name", std::string(name)}});
            return;
        }
        text_.append(name).append(": ").append(value).append("\r\n");
    }

    std::string finish() { return std::move(text_) + "\r\n"; }

private:
    Log& log_;
    std::string text_;
};

std::string header_of(const Response& response, Log& log) {
    HeaderBlock block(response.status, log);
    HeaderFields once;
    for (const auto& [name, value] : response.headers) {
        if (is_ours(name) || (comes_once(name) && once.find(name))) continue;
        if (comes_once(name)) once.add(name, value);
        block.add(name, value);
    }
    const auto length = stated_length(response);
    if (length && may_have_body(response.status)) block.add("Content-Length", std::to_string(*length));
    return block.finish();
}

Delivery write_stream(BodySource& body, std::optional<std::uint64_t> length, ResponseSink& sink) {
    std::array<char, kChunk> chunk;
    std::uint64_t sent = 0;
    if (!sink.flush()) return Delivery::nobody_there;
    for (;;) {
        const auto got = body.read(chunk);
        if (!got) return Delivery::truncated;
        if (*got == 0) return length && sent != *length ? Delivery::truncated : Delivery::whole;
        sent += *got;
        if (length && sent > *length) return Delivery::truncated;
        if (!sink.write({chunk.data(), *got}) || !sink.flush()) return Delivery::nobody_there;
    }
}

}  // namespace

Delivery write_response(const Response& response, std::string_view method, ResponseSink& sink, Log& log) {
    if (!sink.write(header_of(response, log))) return Delivery::nobody_there;
    if (method == "HEAD" || !may_have_body(response.status)) return Delivery::whole;
    if (const auto* text = std::get_if<std::string>(&response.body))
        return sink.write(*text) ? Delivery::whole : Delivery::nobody_there;
    const auto& body = std::get<Streaming>(response.body);
    return body ? write_stream(*body, stated_length(response), sink) : Delivery::whole;
}

}  // namespace vestibule
