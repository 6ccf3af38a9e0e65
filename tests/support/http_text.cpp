#include "tests/support/http_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace vestibule {
namespace {

[[noreturn]] void give_up(std::string_view what) {
    std::fprintf(stderr, "request_of: %.*s\n", static_cast<int>(what.size()), what.data());
    std::abort();
}

// Takes what stands before `separator` off the front, and the separator with it.
std::optional<std::string_view> take_until(std::string_view& text, char separator) {
    const auto end = text.find(separator);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view taken = text.substr(0, end);
    text.remove_prefix(end + 1);
    return taken;
}

std::string_view take_line(std::string_view& text) {
    std::string_view line = take_until(text, '\n').value_or(text);
    if (text.data() == line.data()) text = {};  // the last line, without an end
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

std::string_view without_blanks(std::string_view text) {
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    return text;
}

void read_request_line(std::string_view line, Request& request) {
    const auto method = take_until(line, ' ');
    if (!method) give_up("no method");
    request.method = *method;
    if (line.ends_with(" HTTP/1.1")) line.remove_suffix(9);
    const auto path = take_until(line, '?');
    request.path = path.value_or(line);
    request.query = path ? line : std::string_view{};
    request.has_query = path.has_value();
}

std::optional<std::uint64_t> declared_length(const HeaderFields& headers) {
    const auto text = headers.find("Content-Length");
    if (!text) return std::nullopt;
    std::uint64_t length = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), length);
    if (error != std::errc{} || end != text->data() + text->size()) give_up("Content-Length");
    return length;
}

std::string read_all(BodySource& source) {
    std::string octets;
    std::array<char, 4096> buffer{};
    for (;;) {
        const auto count = source.read(buffer);
        if (!count) return octets + "[broken: " + std::string(facts(count.error().code).name) + "]";
        if (*count == 0) return octets;
        octets.append(buffer.data(), *count);
    }
}

}  // namespace

Result<std::size_t> PiecewiseBody::read(std::span<char> into) {
    ++reads_;
    while (!pieces_.empty() && pieces_.front().empty()) pieces_.pop_front();
    if (pieces_.empty()) {
        if (breaks_with_) return failure(*breaks_with_);
        return 0;
    }
    std::string& piece = pieces_.front();
    const std::size_t count = std::min(into.size(), piece.size());
    std::copy_n(piece.begin(), count, into.begin());
    piece.erase(0, count);
    octets_read_ += count;
    return count;
}

std::shared_ptr<PiecewiseBody> body_of(std::string octets) {
    return std::make_shared<PiecewiseBody>(std::deque<std::string>{std::move(octets)});
}

Request request_of(std::string_view text) {
    Request request;
    read_request_line(take_line(text), request);
    for (std::string_view line = take_line(text); !line.empty(); line = take_line(text)) {
        const auto name = take_until(line, ':');
        if (!name) give_up("a header field without a colon");
        request.headers.add(*name, without_blanks(line));
    }
    request.content_length = declared_length(request.headers);
    if (!request.content_length && !text.empty()) request.content_length = text.size();
    if (request.content_length) request.body = body_of(std::string(text));
    request.remote_address = "192.0.2.7";
    request.request_id = "request-1";
    return request;
}

std::string body_text_of(const Response& response) {
    if (const auto* text = std::get_if<std::string>(&response.body)) return *text;
    return read_all(*std::get<std::shared_ptr<BodySource>>(response.body));
}

std::string text_of(const Response& response) {
    std::string text = "HTTP/1.1 " + std::to_string(response.status) + "\n";
    for (const auto& [name, value] : response.headers) text.append(name).append(": ").append(value).append("\n");
    return text + "\n" + body_text_of(response);
}

}  // namespace vestibule
