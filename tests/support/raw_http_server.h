// An upstream that says octet for octet what a test tells it to, right or wrong.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace vestibule {

class RawConnection {
public:
    explicit RawConnection(int descriptor) : descriptor_(descriptor) {}

    // The next request's header up to the empty line and with it; "" where the other side hung up.
    std::string read_header();
    std::string read(std::size_t size);  // fewer at the end
    void write(std::string_view octets) { (void)deliver(octets); }
    bool deliver(std::string_view octets);  // false: the other side is gone
    void finish_writing();                  // as a server that closes after the answer
    void reset();                           // with a RST
    // Waits until the other side closes; false after 10 s.
    bool wait_until_closed();

private:
    bool fill();
    int descriptor_;
    std::string received_;
};

// Every connection has a thread that runs `script` and then closes it.
class RawHttpServer {
public:
    using Script = std::function<void(RawConnection&)>;
    explicit RawHttpServer(Script script);
    ~RawHttpServer();
    RawHttpServer(const RawHttpServer&) = delete;
    RawHttpServer& operator=(const RawHttpServer&) = delete;

    std::string url(std::string_view target = "/") const;  // http://127.0.0.1:PORT/…
    std::string authority() const;
    int connections() const { return connections_; }

private:
    void accept_all();

    const Script script_;
    int listening_;
    int port_ = 0;
    std::atomic<int> connections_{0};
    std::mutex mutex_;
    std::vector<int> open_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

// Answers every request of a connection with the same octets.
RawHttpServer::Script always(std::string answer);

}  // namespace vestibule
