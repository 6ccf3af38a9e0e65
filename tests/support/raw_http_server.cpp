#include "tests/support/raw_http_server.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace vestibule {

bool RawConnection::fill() {
    std::array<char, 16 * 1024> chunk;
    const ssize_t got = recv(descriptor_, chunk.data(), chunk.size(), 0);
    if (got > 0) received_.append(chunk.data(), static_cast<std::size_t>(got));
    return got > 0;
}

std::string RawConnection::read_header() {
    std::size_t end = received_.find("\r\n\r\n");
    while (end == std::string::npos && fill()) end = received_.find("\r\n\r\n");
    if (end == std::string::npos) return {};
    std::string header = received_.substr(0, end + 4);
    received_.erase(0, end + 4);
    return header;
}

std::string RawConnection::read(std::size_t size) {
    while (received_.size() < size && fill()) {
    }
    std::string octets = received_.substr(0, size);
    received_.erase(0, octets.size());
    return octets;
}

bool RawConnection::deliver(std::string_view octets) {
    while (!octets.empty()) {
        const ssize_t sent = send(descriptor_, octets.data(), octets.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        octets.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void RawConnection::finish_writing() { shutdown(descriptor_, SHUT_WR); }

void RawConnection::reset() {
    const linger at_once{1, 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

bool RawConnection::wait_until_closed() {
    pollfd wanted{descriptor_, POLLRDHUP, 0};
    return poll(&wanted, 1, 10'000) > 0;
}

RawHttpServer::RawHttpServer(Script script)
    : script_(std::move(script)), listening_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    bind(listening_, reinterpret_cast<const sockaddr*>(&address), size);
    listen(listening_, 64);
    getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread(&RawHttpServer::accept_all, this);
}

RawHttpServer::~RawHttpServer() {
    shutdown(listening_, SHUT_RDWR);
    acceptor_.join();
    {
        const std::lock_guard lock(mutex_);
        for (const int connection : open_) shutdown(connection, SHUT_RDWR);
    }
    for (std::thread& thread : threads_) thread.join();
    ::close(listening_);
}

void RawHttpServer::accept_all() {
    for (;;) {
        const int descriptor = accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
        if (descriptor < 0) return;
        ++connections_;
        {
            const std::lock_guard lock(mutex_);
            open_.push_back(descriptor);
        }
        threads_.emplace_back([this, descriptor] {
            RawConnection connection(descriptor);
            script_(connection);
            const std::lock_guard lock(mutex_);
            std::erase(open_, descriptor);
            ::close(descriptor);
        });
    }
}

std::string RawHttpServer::authority() const { return "127.0.0.1:" + std::to_string(port_); }

std::string RawHttpServer::url(std::string_view target) const { return "http://" + authority() + std::string(target); }

RawHttpServer::Script always(std::string answer) {
    return [answer = std::move(answer)](RawConnection& connection) {
        while (!connection.read_header().empty()) connection.write(answer);
    };
}

}  // namespace vestibule
