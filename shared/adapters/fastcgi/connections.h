// Where worker threads get their next connection from: new ones of the listening socket, and kept-alive ones on which
// something came in. A connection that is idle holds no thread.
//
// Why not libfcgi's own accept: it blocks where nothing but a signal can wake it, and a signal at the wrong moment
// breaks a write of an answer. Here everybody waits in one epoll, and stop() wakes them all.
#pragma once

#include <atomic>
#include <mutex>
#include <set>
#include <string>

namespace vestibule {

// Thread-safe.
class Connections {
public:
    // Borrows the listening socket, which becomes non-blocking. `peers`: FCGI_WEB_SERVER_ADDRS, a comma-separated list
    // of the only TCP peers that may connect; empty: any (FastCGI 1.0 §3.2). Throws std::system_error.
    Connections(int listening, std::string peers);
    ~Connections();
    Connections(const Connections&) = delete;
    Connections& operator=(const Connections&) = delete;

    // Waits for a connection with something to read, which the caller then owns; -1 once stopped.
    int next();
    // Gives an idle connection back, to be had from next() when something comes in. Closed where stopped.
    void park(int connection);
    // No new connections, idle ones closed, everybody in next() leaves.
    void stop();
    bool stopped() const { return stopped_; }

private:
    int accept_one();
    bool watch(int descriptor);
    bool take_parked(int connection);

    const int listening_;
    const std::string peers_;
    const int epoll_;
    const int wake_;
    std::atomic<bool> stopped_{false};
    std::mutex mutex_;
    std::set<int> parked_;
};

}  // namespace vestibule
