#include "adapters/fastcgi/fastcgi_transport.h"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <utility>

#include "adapters/cgi/client_pace.h"
#include "adapters/fastcgi/unread_octets.h"

namespace vestibule {
namespace {

void pause(int milliseconds) { poll(nullptr, 0, milliseconds); }

// A web server that learns of the end before it has passed the beginning on makes a whole answer of what it has:
// lighttpd counts it and adds a Content-Length. So what was sent gets the time to leave for the browser first. (With
// server.stream-response-body = 0 lighttpd passes nothing on before the end, and no time is enough.)
void let_it_pass_on(int connection) {
    constexpr int kStep = 5, kSteps = 200, kToPassOn = 50;
    int unread = 0;
    for (int i = 0; i < kSteps && ioctl(connection, SIOCOUTQ, &unread) == 0 && unread > 0; ++i) pause(kStep);
    pause(kToPassOn);
}

// A read or write that nothing moves for so long fails, and with it the request (checklist H12).
void limit_waiting(int connection, Milliseconds at_most) {
    const auto seconds = std::chrono::floor<Seconds>(at_most);
    const timeval limit{seconds.count(), std::chrono::microseconds(at_most - seconds).count()};
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

// A reset would take the answer away from a web server that still sends (over TCP); so what it sends is read for a
// while. Not longer: whoever keeps sending must not keep the thread.
void close_gently(int connection) {
    using std::chrono::steady_clock;
    constexpr Milliseconds kQuiet{1'000}, kAltogether{2'000};
    const auto end = steady_clock::now() + kAltogether;
    std::array<char, 16 * 1024> unwanted;
    shutdown(connection, SHUT_WR);
    for (;;) {
        const auto left = std::chrono::ceil<Milliseconds>(end - steady_clock::now());
        pollfd wanted{connection, POLLIN, 0};
        if (left.count() <= 0 || poll(&wanted, 1, static_cast<int>(std::min(left, kQuiet).count())) <= 0) break;
        if (recv(connection, unwanted.data(), unwanted.size(), MSG_DONTWAIT) <= 0) break;
    }
    close(connection);
}

}  // namespace

struct FastcgiTransport::Exchange {
    FCGX_Request* request;
    ClientPace pace;
    std::atomic<bool> over{false};
    std::atomic<bool> body_read{false};  // up to the record that ends FCGI_STDIN

    // Until reading the body would give something without waiting.
    Result<void> await_octets() {
        return has_unread_octets(*request->in) ? Result<void>{} : pace.await(request->ipcFd);
    }

    // The end of FCGI_STDIN is next, and it is a proper one (checklist H06).
    bool at_end() {
        if (!await_octets()) return false;
        body_read = FCGX_GetChar(request->in) == EOF && FCGX_GetError(request->in) == 0;
        return body_read;
    }
};

class FastcgiTransport::Body final : public BodySource {
public:
    Body(std::shared_ptr<Exchange> exchange, std::uint64_t length) : exchange_(std::move(exchange)), left_(length) {}

    // The last octets are given out only once the end is known to follow them.
    Result<std::size_t> read(std::span<char> into) override {
        if (exchange_->over) return failure(ErrorCode::bad_request, "the request is over");
        if (left_ == 0 || into.empty()) return 0;
        if (auto here = exchange_->await_octets(); !here) return failure(here.error());
        const std::size_t got = take(into);
        exchange_->pace.received(got);
        if (got == 0) return failure(ErrorCode::bad_request, "the body is shorter than CONTENT_LENGTH");
        left_ -= got;
        if (left_ == 0 && !exchange_->at_end())
            return failure(ErrorCode::bad_request, "the body does not end at CONTENT_LENGTH");
        return got;
    }

    bool ready() override {
        if (exchange_->over || left_ == 0) return true;
        return has_unread_octets(*exchange_->request->in) || exchange_->pace.settled(descriptor());
    }

    int descriptor() const override { return exchange_->over ? -1 : exchange_->request->ipcFd; }

private:
    // What is there; waits for one octet where nothing is. FCGX_GetStr would wait until `into` is full.
    std::size_t take(std::span<char> into) {
        FCGX_Stream* in = exchange_->request->in;
        const int first = FCGX_GetChar(in);
        if (first == EOF) return 0;
        into[0] = static_cast<char>(first);
        const std::uint64_t room = std::min<std::uint64_t>(into.size(), left_) - 1;
        const auto there = static_cast<std::uint64_t>(in->stop - in->rdNext);
        const auto more = static_cast<std::size_t>(std::min(room, there));
        std::memcpy(into.data() + 1, in->rdNext, more);
        in->rdNext += more;
        return more + 1;
    }

    std::shared_ptr<Exchange> exchange_;
    std::uint64_t left_;
};

// The web server closed the connection, or, as nothing else may come once the body is read, sent FCGI_ABORT_REQUEST
// (FastCGI 1.0 §5.4).
class FastcgiTransport::Watch final : public Cancellation {
public:
    explicit Watch(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}

    bool cancelled() const override {
        if (exchange_->over) return true;
        const int readable = exchange_->body_read ? POLLIN : 0;
        pollfd connection{exchange_->request->ipcFd, static_cast<short>(POLLRDHUP | readable), 0};
        return poll(&connection, 1, 0) > 0;
    }

private:
    std::shared_ptr<Exchange> exchange_;
};

// With a connection in ipcFd, FCGX_Accept_r reads from it and does not accept another; with no listening socket it
// gives up where the connection turns out to be unusable, and closes it.
//
// "detached": libfcgi then closes the connection at once. Else it would select() on the descriptor, which breaks memory
// from FD_SETSIZE on, and read as long as the other side sends.
FastcgiTransport::FastcgiTransport(int connection, Milliseconds client_timeout) {
    limit_waiting(connection, client_timeout);
    FCGX_InitRequest(&request_, -1, FCGI_FAIL_ACCEPT_ON_INTR);
    request_.ipcFd = connection;
    request_.keepConnection = 1;
    request_.detached = 1;
    const bool begun = FCGX_Accept_r(&request_) == 0;
    // libfcgi takes variables that break off half way for all of them.
    accepted_ = begun && FCGX_GetError(request_.in) == 0;
    if (begun && !accepted_) break_off();
    exchange_ = std::shared_ptr<Exchange>(new Exchange{&request_, ClientPace(client_timeout)});
}

FastcgiTransport::~FastcgiTransport() {
    exchange_->over = true;
    if (accepted_) break_off();
}

Result<std::shared_ptr<BodySource>> FastcgiTransport::body(std::uint64_t length) {
    // No CONTENT_LENGTH but a body: refused (checklist H07).
    if (length == 0 && !exchange_->at_end())
        return failure(ErrorCode::bad_request, "a body without CONTENT_LENGTH, or more of it than said");
    return std::make_shared<Body>(exchange_, length);
}

std::shared_ptr<const Cancellation> FastcgiTransport::cancellation() { return std::make_shared<Watch>(exchange_); }

bool FastcgiTransport::write(std::string_view octets) {
    constexpr std::size_t kPiece = 1 << 20;
    while (!octets.empty()) {
        const std::string_view piece = octets.substr(0, kPiece);
        if (FCGX_PutStr(piece.data(), static_cast<int>(piece.size()), request_.out) < 0) return false;
        octets.remove_prefix(piece.size());
    }
    return true;
}

bool FastcgiTransport::flush() { return FCGX_FFlush(request_.out) == 0; }

int FastcgiTransport::finish(Delivery delivery, AfterIt after) {
    exchange_->over = true;
    accepted_ = false;
    if (delivery != Delivery::whole) {
        if (delivery == Delivery::truncated) let_it_pass_on(request_.ipcFd);
        break_off();
        return -1;
    }
    const bool was_asked = request_.keepConnection != 0;
    if (!send_end()) {
        break_off();
        return -1;
    }
    FCGX_Free(&request_, 0);
    const int connection = std::exchange(request_.ipcFd, -1);
    if (was_asked && after == AfterIt::may_keep && exchange_->body_read) return connection;
    close_gently(connection);
    return -1;
}

// What is buffered, and FCGI_END_REQUEST: what FCGX_Finish_r does before it closes.
bool FastcgiTransport::send_end() {
    const bool errors_sent = FCGX_FClose(request_.err) == 0;
    return FCGX_FClose(request_.out) == 0 && errors_sent;
}

void FastcgiTransport::break_off() {
    FCGX_Free(&request_, 0);  // what is still buffered goes nowhere
    shutdown(request_.ipcFd, SHUT_RDWR);
    close(std::exchange(request_.ipcFd, -1));
}

}  // namespace vestibule
