#include "adapters/fastcgi/connections.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

namespace vestibule {
namespace {

int checked(int result) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), "listening socket");
    return result;
}

bool readable_now(int descriptor) {
    pollfd wanted{descriptor, POLLIN, 0};
    return poll(&wanted, 1, 0) > 0;
}

bool contains(std::string_view list, std::string_view address) {
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        if (list.substr(0, comma) == address) return true;
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return false;
}

bool is_welcome(const sockaddr_storage& peer, socklen_t size, std::string_view peers) {
    if (peers.empty() || (peer.ss_family != AF_INET && peer.ss_family != AF_INET6)) return true;
    std::array<char, NI_MAXHOST> host{};
    if (getnameinfo(reinterpret_cast<const sockaddr*>(&peer), size, host.data(), host.size(), nullptr, 0,
                    NI_NUMERICHOST) != 0)
        return false;
    return contains(peers, host.data());
}

// Out of descriptors or memory: the connection stays in the backlog, and asking again at once would only burn time.
bool should_pause(int error) { return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM; }

}  // namespace

Connections::Connections(int listening, std::string peers)
    : listening_(listening),
      peers_(std::move(peers)),
      epoll_(checked(epoll_create1(EPOLL_CLOEXEC))),
      wake_(checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))) {
    // Another process may share the socket and be faster; then accept must not block.
    checked(fcntl(listening_, F_SETFL, checked(fcntl(listening_, F_GETFL)) | O_NONBLOCK));
    epoll_event stop{EPOLLIN, {}};
    stop.data.fd = wake_;
    checked(epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &stop));
    if (!watch(listening_)) checked(-1);
}

Connections::~Connections() {
    stop();
    close(wake_);
    close(epoll_);
}

// One event wakes one thread, which then asks for the next one.
bool Connections::watch(int descriptor) {
    epoll_event event{EPOLLIN | EPOLLRDHUP | EPOLLONESHOT, {}};
    event.data.fd = descriptor;
    return epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor, &event) == 0 ||
           epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

int Connections::next() {
    while (!stopped_) {
        epoll_event event{};
        if (epoll_wait(epoll_, &event, 1, -1) != 1 || event.data.fd == wake_) continue;
        const int descriptor = event.data.fd == listening_ ? accept_one() : event.data.fd;
        if (event.data.fd != listening_ && !take_parked(descriptor)) continue;
        if (descriptor < 0) continue;
        if (readable_now(descriptor)) return descriptor;
        park(descriptor);
    }
    return -1;
}

int Connections::accept_one() {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    int connection = accept4(listening_, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_CLOEXEC);
    if (connection < 0 && should_pause(errno)) poll(nullptr, 0, 50);
    watch(listening_);  // fails only once stop() was followed by the socket's close
    if (connection >= 0 && !is_welcome(peer, size, peers_)) {
        close(connection);
        connection = -1;
    }
    if (connection >= 0 && peer.ss_family != AF_UNIX) {
        const int yes = 1;
        setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    }
    return connection;
}

bool Connections::take_parked(int connection) {
    const std::lock_guard lock(mutex_);
    return parked_.erase(connection) == 1;
}

void Connections::park(int connection) {
    const std::lock_guard lock(mutex_);
    if (stopped_ || !watch(connection)) {
        close(connection);
    } else {
        parked_.insert(connection);
    }
}

void Connections::stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    for (const int connection : parked_) close(connection);
    parked_.clear();
    eventfd_write(wake_, 1);
}

}  // namespace vestibule
