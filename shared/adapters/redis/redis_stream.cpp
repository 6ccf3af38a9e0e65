#include "adapters/redis/redis_stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace vestibule {
namespace {

tl::unexpected<Error> broken(const std::string& what, int error) {
    return failure(ErrorCode::store_unavailable, what + ": " + std::generic_category().message(error));
}

// Rounded up, so that the last millisecond is slept and not spun.
int milliseconds_until(MonotonicTime deadline) {
    const auto left = std::chrono::ceil<Milliseconds>(deadline - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp<Milliseconds::rep>(left.count(), 0, 3'600'000));
}

// A small command goes out at once; a peer that vanished without a word is noticed some time.
void tune(int socket) {
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
}

}  // namespace

RedisStream::~RedisStream() { ::close(socket_); }

Result<void> RedisStream::wait_for(short events, MonotonicTime deadline) const {
    for (;;) {
        const int left = milliseconds_until(deadline);
        pollfd waiting{socket_, events, 0};
        const int ready = left == 0 ? 0 : ::poll(&waiting, 1, left);  // octet by octet is not in time either
        if (ready > 0) return {};
        if (ready == 0) return failure(ErrorCode::store_unavailable, "the server did not answer in time");
        if (errno != EINTR) return broken("cannot wait for the server", errno);
    }
}

Result<std::unique_ptr<RedisStream>> RedisStream::connect(const SocketAddress& to, const std::string& host,
                                                          const RedisAddress& address, MonotonicTime deadline) {
    const int socket = ::socket(to.octets.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket < 0) return broken("no socket", errno);
    std::unique_ptr<RedisStream> stream(new RedisStream(socket));
    const auto* name = reinterpret_cast<const sockaddr*>(&to.octets);
    if (::connect(socket, name, to.length) != 0 && errno != EINPROGRESS) return broken("cannot connect", errno);
    if (const auto connected = stream->finish_connecting(deadline); !connected) return failure(connected.error());
    if (to.octets.ss_family != AF_UNIX) tune(socket);
    if (address.transport == RedisTransport::plain) return stream;
    auto tls = TlsClient::make({host, address.ca_file, address.certificate_file, address.key_file});
    if (!tls) return failure(tls.error());
    stream->tls_ = *std::move(tls);
    if (const auto shaken = stream->shake_hands(deadline); !shaken) return failure(shaken.error());
    return stream;
}

Result<void> RedisStream::finish_connecting(MonotonicTime deadline) {
    if (const auto ready = wait_for(POLLOUT, deadline); !ready) {
        return failure(ErrorCode::store_unavailable, "cannot connect in time");
    }
    int error = 0;
    socklen_t size = sizeof(error);
    ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return broken("cannot connect", error);
    return {};
}

Result<void> RedisStream::shake_hands(MonotonicTime deadline) {
    for (;;) {
        const Result<bool> done = tls_->handshake();
        // What it has to say first: a refusal is told to the peer as an alert.
        const auto sent = send_raw(tls_->to_send(), deadline);
        if (!done) return failure(done.error());
        if (!sent) return sent;
        if (*done) return {};
        const Result<std::string> more = receive_raw(deadline);
        if (!more) return failure(more.error());
        tls_->received(*more);
    }
}

Result<void> RedisStream::send_raw(std::string_view octets, MonotonicTime deadline) {
    while (!octets.empty()) {
        const ssize_t sent = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
        if (sent >= 0) {
            octets.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            if (const auto ready = wait_for(POLLOUT, deadline); !ready) return ready;
        } else if (errno != EINTR) {
            return broken("the connection to the server is gone", errno);
        }
    }
    return {};
}

Result<std::string> RedisStream::receive_raw(MonotonicTime deadline) {
    std::string octets(65536, '\0');
    for (;;) {
        if (const auto ready = wait_for(POLLIN, deadline); !ready) return failure(ready.error());
        const ssize_t length = ::recv(socket_, octets.data(), octets.size(), 0);
        if (length == 0) return failure(ErrorCode::store_unavailable, "the server closed the connection");
        if (length > 0) {
            octets.resize(static_cast<std::size_t>(length));
            return octets;
        }
        if (errno != EINTR && errno != EAGAIN) return broken("the connection to the server is gone", errno);
    }
}

Result<void> RedisStream::send(std::string_view octets, MonotonicTime deadline) {
    if (!tls_) return send_raw(octets, deadline);
    if (const auto written = tls_->write(octets); !written) return written;
    return send_raw(tls_->to_send(), deadline);
}

Result<std::string> RedisStream::receive(MonotonicTime deadline) {
    if (!tls_) return receive_raw(deadline);
    for (;;) {
        auto plain = tls_->read();
        if (!plain || !plain->empty()) return plain;
        if (tls_->is_closed()) return failure(ErrorCode::store_unavailable, "the server closed the connection");
        const Result<std::string> more = receive_raw(deadline);
        if (!more) return more;
        tls_->received(*more);
    }
}

// Under TLS, tickets arrive when the server likes, and its good-bye comes as octets.
bool RedisStream::is_quiet() {
    std::array<char, 4096> octets{};
    for (;;) {
        const ssize_t there = ::recv(socket_, octets.data(), octets.size(), MSG_DONTWAIT);
        if (there < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
        if (there == 0 || !tls_) return false;
        tls_->received({octets.data(), static_cast<std::size_t>(there)});
        const auto plain = tls_->read();
        if (!plain || !plain->empty() || tls_->is_closed()) return false;
    }
}

}  // namespace vestibule
