#include "adapters/fastcgi/fastcgi_transport.h"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <utility>

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

}  // namespace

struct FastcgiTransport::Exchange {
    FCGX_Request* request;
    std::atomic<bool> over{false};
    std::atomic<bool> body_read{false};  // up to the record that ends FCGI_STDIN

    // The end of FCGI_STDIN is next, and it is a proper one (checklist H06).
    bool at_end() {
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
        const std::size_t got = take(into);
        if (got == 0) return failure(ErrorCode::bad_request, "the body is shorter than CONTENT_LENGTH");
        left_ -= got;
        if (left_ == 0 && !exchange_->at_end())
            return failure(ErrorCode::bad_request, "the body does not end at CONTENT_LENGTH");
        return got;
    }

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
FastcgiTransport::FastcgiTransport(int connection) {
    FCGX_InitRequest(&request_, -1, FCGI_FAIL_ACCEPT_ON_INTR);
    request_.ipcFd = connection;
    request_.keepConnection = 1;
    const bool begun = FCGX_Accept_r(&request_) == 0;
    // libfcgi takes variables that break off half way for all of them.
    accepted_ = begun && FCGX_GetError(request_.in) == 0;
    if (begun && !accepted_) break_off();
    exchange_ = std::make_shared<Exchange>();
    exchange_->request = &request_;
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
    if (after == AfterIt::close || !exchange_->body_read) request_.keepConnection = 0;
    FCGX_Finish_r(&request_);
    return std::exchange(request_.ipcFd, -1);
}

void FastcgiTransport::break_off() {
    FCGX_Free(&request_, 0);  // what is still buffered goes nowhere
    shutdown(request_.ipcFd, SHUT_RDWR);
    close(std::exchange(request_.ipcFd, -1));
}

}  // namespace vestibule
