#include "tests/support/fastcgi_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

#include "http/message.h"

namespace vestibule {
namespace {

constexpr int kBegin = 1, kAbort = 2, kEnd = 3, kParams = 4, kIn = 5, kOut = 6;
constexpr timeval kPatience{20, 0};  // a test that waits longer has failed

char octet(std::size_t value) { return static_cast<char>(value & 0xff); }

void append_length(std::string& text, std::size_t length) {
    if (length < 128) {
        text += octet(length);
    } else {
        text += {octet(length >> 24 | 0x80), octet(length >> 16), octet(length >> 8), octet(length)};
    }
}

std::size_t at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

}  // namespace

std::string FastcgiAnswer::body() const {
    const std::size_t end = out.find("\r\n\r\n");
    return end == std::string::npos ? "" : out.substr(end + 4);
}

std::string FastcgiAnswer::field(std::string_view name) const {
    std::size_t begin = 0;
    while (begin < out.size()) {
        const std::size_t end = out.find("\r\n", begin);
        if (end == std::string::npos || end == begin) break;
        const std::string_view line = std::string_view(out).substr(begin, end - begin);
        const std::size_t colon = line.find(": ");
        if (colon != std::string_view::npos && equal_ignoring_case(line.substr(0, colon), name))
            return std::string(line.substr(colon + 2));
        begin = end + 2;
    }
    return {};
}

std::string FastcgiAnswer::status() const { return field("Status"); }

FastcgiParams params_of(std::string_view target, const FastcgiParams& more) {
    const std::size_t mark = std::min(target.find('?'), target.size());
    FastcgiParams params{{"GATEWAY_INTERFACE", "CGI/1.1"},
                         {"REQUEST_METHOD", "GET"},
                         {"REQUEST_URI", std::string(target)},
                         {"SCRIPT_NAME", std::string(target.substr(0, mark))},
                         {"QUERY_STRING", std::string(target.substr(std::min(mark + 1, target.size())))},
                         {"REMOTE_ADDR", "192.0.2.7"},
                         {"SERVER_PROTOCOL", "HTTP/1.1"}};
    for (const auto& added : more) {
        std::erase_if(params, [&](const auto& param) { return param.first == added.first; });
    }
    params.insert(params.end(), more.begin(), more.end());
    return params;
}

std::string fastcgi_record(int type, std::uint16_t id, std::string_view content) {
    const std::size_t padding = (8 - content.size() % 8) % 8;
    std::string text{octet(1),
                     octet(static_cast<std::size_t>(type)),
                     octet(id >> 8),
                     octet(id),
                     octet(content.size() >> 8),
                     octet(content.size()),
                     octet(padding),
                     0};
    return text.append(content).append(padding, '\0');
}

std::string fastcgi_params(const FastcgiParams& params, std::uint16_t id) {
    std::string text;
    for (const auto& [name, value] : params) {
        append_length(text, name.size());
        append_length(text, value.size());
        text.append(name).append(value);
    }
    std::string records;
    for (std::size_t from = 0; from < text.size(); from += 0xffff)
        records += fastcgi_record(kParams, id, std::string_view(text).substr(from, 0xffff));
    return records + fastcgi_record(kParams, id, {});
}

FastcgiClient::FastcgiClient(const std::string& socket_path)
    : descriptor_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socket_path.copy(address.sun_path, sizeof address.sun_path - 1);
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
    if (connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("cannot connect to " + socket_path);
}

FastcgiClient::~FastcgiClient() { close(); }

void FastcgiClient::close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
}

void FastcgiClient::raw(std::string_view octets) {
    while (!octets.empty()) {
        const ssize_t sent = send(descriptor_, octets.data(), octets.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;  // the other side hung up; collect() will tell
        octets.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void FastcgiClient::record(int type, std::uint16_t id, std::string_view content) {
    raw(fastcgi_record(type, id, content));
}

void FastcgiClient::begin(Connection connection, Role role, std::uint16_t id) {
    const auto number = static_cast<std::size_t>(role);
    record(kBegin, id,
           std::string{octet(number >> 8), octet(number), connection == Connection::keep ? '\1' : '\0', 0, 0, 0, 0, 0});
}

void FastcgiClient::params(const FastcgiParams& params, std::uint16_t id) { raw(fastcgi_params(params, id)); }

void FastcgiClient::standard_input(std::string_view octets, std::uint16_t id) {
    for (; !octets.empty(); octets.remove_prefix(std::min<std::size_t>(0xffff, octets.size())))
        record(kIn, id, octets.substr(0, 0xffff));
}

void FastcgiClient::end_standard_input(std::uint16_t id) { record(kIn, id, {}); }

void FastcgiClient::abort(std::uint16_t id) { record(kAbort, id, {}); }

bool FastcgiClient::hears_within(std::chrono::milliseconds at_most) const {
    pollfd wanted{descriptor_, POLLIN, 0};
    return poll(&wanted, 1, static_cast<int>(at_most.count())) > 0;
}

bool FastcgiClient::read_exactly(char* into, std::size_t size) {
    while (size > 0) {
        const ssize_t got = recv(descriptor_, into, size, 0);
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) throw std::runtime_error("no answer in time");
        if (got <= 0) return false;
        into += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

FastcgiAnswer FastcgiClient::collect(std::string_view until) {
    FastcgiAnswer answer;
    for (;;) {
        std::string header(8, '\0');
        if (!read_exactly(header.data(), header.size())) return answer.closed = true, answer;
        std::string content(at(header, 4) << 8 | at(header, 5), '\0');
        std::string padding(at(header, 6), '\0');
        if (!read_exactly(content.data(), content.size()) || !read_exactly(padding.data(), padding.size()))
            return answer.closed = true, answer;
        if (header[1] == kOut) answer.out += content;
        if (header[1] == kEnd) {
            answer.ended = true;
            answer.protocol_status = static_cast<int>(at(content, 4));
            return answer;
        }
        if (!until.empty() && answer.out.find(until) != std::string::npos) return answer;
    }
}

FastcgiAnswer FastcgiClient::exchange(const FastcgiParams& parameters, std::string_view body, Connection connection) {
    begin(connection);
    params(parameters);
    standard_input(body);
    end_standard_input();
    return collect();
}

}  // namespace vestibule
