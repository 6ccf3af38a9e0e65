#include "adapters/cgi/cgi_server.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "adapters/cgi/client_pace.h"

namespace vestibule {
namespace {

class StandardInput final : public BodySource {
public:
    StandardInput(std::uint64_t length, Milliseconds client_timeout) : left_(length), pace_(client_timeout) {}

    // Never more than CONTENT_LENGTH octets: a web server need not send an end (RFC 3875 §4.2).
    Result<std::size_t> read(std::span<char> into) override {
        const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left_, into.size()));
        if (wanted == 0) return 0;
        if (auto here = pace_.await(STDIN_FILENO); !here) return failure(here.error());
        ssize_t got = -1;
        do got = ::read(STDIN_FILENO, into.data(), wanted);
        while (got < 0 && errno == EINTR);
        if (got <= 0) return failure(ErrorCode::bad_request, "the body is shorter than CONTENT_LENGTH");
        left_ -= static_cast<std::uint64_t>(got);
        pace_.received(static_cast<std::size_t>(got));
        return static_cast<std::size_t>(got);
    }

    bool ready() override { return left_ == 0 || pace_.settled(STDIN_FILENO); }
    int descriptor() const override { return STDIN_FILENO; }

private:
    std::uint64_t left_;
    ClientPace pace_;
};

// The web server closed its end of the pipe.
class OutputClosed final : public Cancellation {
public:
    bool cancelled() const override {
        pollfd output{STDOUT_FILENO, 0, 0};
        return poll(&output, 1, 0) > 0 && (output.revents & (POLLERR | POLLHUP)) != 0;
    }
};

class StandardOutput final : public Transport {
public:
    explicit StandardOutput(Milliseconds client_timeout) : client_timeout_(client_timeout) {}

    Result<std::shared_ptr<BodySource>> body(std::uint64_t length) override {
        return std::make_shared<StandardInput>(length, client_timeout_);
    }

    std::shared_ptr<const Cancellation> cancellation() override { return std::make_shared<OutputClosed>(); }

    bool write(std::string_view octets) override {
        waiting_.append(octets);
        return waiting_.size() < kEnough || flush();
    }

    bool flush() override {
        std::string_view left = waiting_;
        while (!left.empty()) {
            const ssize_t written = ::write(STDOUT_FILENO, left.data(), left.size());
            if (written < 0 && errno == EINTR) continue;
            if (written <= 0) return false;
            left.remove_prefix(static_cast<std::size_t>(written));
        }
        waiting_.clear();
        return true;
    }

private:
    static constexpr std::size_t kEnough = 64 * 1024;
    const Milliseconds client_timeout_;
    std::string waiting_;
};

}  // namespace

int serve_cgi(const Service& service, const char* const* environment) {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error like a full disk, and not our end
    StandardOutput output(service.client_timeout);
    const Delivery delivery = serve_exchange(service, cgi_variables(environment), output);
    return delivery == Delivery::whole && output.flush() ? 0 : 1;
}

}  // namespace vestibule
